/** Something that was scheduled and can still be called off. Calling it off twice does no harm. */
export interface Cancellable {
  cancel(): void
}

/** Where a core asks to be called later. The shell hands in real timers, a test virtual ones. */
export interface Timer {
  /** Runs `action` once, `delayMs` milliseconds from now. Never keeps a finished process alive. */
  after(delayMs: number, action: () => void): Cancellable
  /**
   * Runs `action` once, when this turn of the event loop has done its input.
   *
   * Whatever became dirty in a turn is written in one go: all appends in one `pwrite` a partition,
   * all answers in one `write` a connection. Callers keep a list and ask once a turn, not once a request.
   */
  endOfTurn(action: () => void): void
}
