import type { PartitionState } from '../positions/partition-state.ts'
import type { Slice } from './fetched-data.ts'

/** What a turn brought: records, an error that the application must see, or nothing until `until` has resolved. */
export type Turn =
  | { readonly kind: 'records'; readonly state: PartitionState; readonly slice: Slice; readonly epochBefore: number }
  | { readonly kind: 'error'; readonly state: PartitionState; readonly error: Error }
  | { readonly kind: 'nothing'; readonly until: readonly Promise<void>[] }

/**
 * The order in which partitions hand out what was fetched: one after the other, one batch each.
 *
 * A partition whose data is damaged shows its error when its turn comes, and goes to the end of the queue like any other: with
 * two good partitions beside it, two batches come between the error and its next showing.
 */
export class Turns {
  #queue: PartitionState[] = []

  /** The partition may have something now. */
  add(state: PartitionState): void {
    if (state.isQueued || !state.isReady) return
    state.isQueued = true
    this.#queue.push(state)
  }

  /** The next partition's records, at most `maxRecords`. `admits` leaves partitions out for this time. */
  next(maxRecords: number, admits: (state: PartitionState) => boolean = () => true): Turn {
    const until: Promise<void>[] = []
    // Each is asked once at most, so that one that waits for its inflation does not keep us busy.
    for (let asked = this.#queue.length; asked > 0; asked--) {
      const state = this.#queue.shift()
      if (state === undefined) break
      state.isQueued = false
      if (!state.isReady) continue
      if (!admits(state)) {
        this.add(state)
        continue
      }
      const turn = this.#ask(state, maxRecords, until)
      this.add(state)
      if (turn !== undefined) return turn
    }
    return { kind: 'nothing', until }
  }

  #ask(state: PartitionState, maxRecords: number, until: Promise<void>[]): Turn | undefined {
    for (;;) {
      if (state.error !== undefined) return { kind: 'error', state, error: state.error }
      const epochBefore = state.epoch
      const slice = state.take(maxRecords)
      if (slice !== undefined) return { kind: 'records', state, slice, epochBefore }
      const data = state.current?.data
      if (state.error === undefined && data?.inflating !== undefined) until.push(data.inflating)
      // An answer that was used up, or held nothing for the application, may be followed by another.
      else if (state.error !== undefined || (data !== undefined && state.isReady)) continue
      return undefined
    }
  }
}
