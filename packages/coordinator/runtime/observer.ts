/** Told what a runtime does, for metrics. */
export interface RuntimeObserver {
  /** A partition changed its state; `undefined` is "not hosted here". */
  stateChanged(from: HostState | undefined, to: HostState | undefined): void
  loaded(tookMs: number): void
  /** A batch was committed. */
  flushed(tookMs: number): void
}

export type HostState = 'loading' | 'active' | 'failed' | 'gone'
