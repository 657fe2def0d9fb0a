/**
 * Keeps this process alive until the returned function is called; calling it twice does no harm.
 *
 * Sockets and timers of ours never do. While somebody waits for an answer, one handle of the event loop is held for all who wait.
 */
export function holdProcess(): () => void {
  if (holders++ === 0) handle = handle?.ref() ?? setInterval(() => undefined, longestDelayMs)
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    if (--holders === 0) handle?.unref()
  }
}

let holders = 0
let handle: NodeJS.Timeout | undefined
const longestDelayMs = 2 ** 31 - 1
