/** What everything that waits takes. */
export interface Waiting {
  /** Gives up when aborted: the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** Gives up after so many milliseconds, instead of after the setting that belongs to the call. */
  readonly timeoutMs?: number | undefined
}
