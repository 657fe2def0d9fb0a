/** Resolves after so many milliseconds (`Infinity`: never), or when the signal is aborted, whichever comes first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    // What has nothing to wait for but its signal must still not end. Timers take no more than 31 bits.
    const timer = ms > longest ? setInterval(() => undefined, longest) : setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

const longest = 2 ** 31 - 1

/** Lets sockets, timers and signals have their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
