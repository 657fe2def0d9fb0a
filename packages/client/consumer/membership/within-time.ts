import type { Timer } from '@odradek/common/time'

export interface WithinTime {
  readonly timer: Timer
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** Waits for `promise`, but no longer than that: resolves also when the time is over or the signal aborted. Its failure is passed on. */
export function withinTime(promise: Promise<void>, { timer, timeoutMs, signal }: WithinTime): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopWaiting = () => {
      timed.cancel()
      signal?.removeEventListener('abort', end)
    }
    const end = () => {
      stopWaiting()
      resolve()
    }
    const timed = timer.after(timeoutMs, end)
    signal?.addEventListener('abort', end)
    if (signal?.aborted === true) end()
    promise.then(end, (error: unknown) => {
      stopWaiting()
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- passed on as it came
      reject(error)
    })
  })
}
