import type { Timer } from '@odradek/common/time'

/** Resolves after so many milliseconds; rejects with `signal.reason` when it is aborted before. */
export function delay(timer: Timer, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason is whatever the caller aborts with
      reject(signal.reason)
      return
    }
    const end = () => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }
    const timed = timer.after(ms, end)
    const aborted = () => {
      timed.cancel()
      signal?.removeEventListener('abort', aborted)
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- as above
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', aborted)
  })
}
