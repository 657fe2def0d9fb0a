/** What clients do in a run, and how it comes to an end. */
export interface Workload {
  readonly name: string
  /** Begins; what it does goes on by itself. */
  start(): void
  /** All is well again: does what is left, and waits until everything has its result. Readers wait for writers. */
  finish(): Promise<void>
  /** Whether readers have everything. Asked after all have finished. */
  isDrained(): boolean
  /** What `isDrained` waits for, in words. */
  lack(): string
  close(): Promise<void>
}
