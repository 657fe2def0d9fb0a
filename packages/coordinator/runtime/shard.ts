import type { Timeline } from '@odradek/common/timeline'
import type { CoordinatorEntry } from './coordinator-log.ts'
import type { Outcome } from './outcome.ts'

/**
 * The state of one partition of an internal topic, and the rules by which it changes. No I/O, no clock of its own.
 *
 * What a shard answers requests with lies in methods of its own; the runtime calls these. Durable state changes in
 * `replay` alone, for records just decided as for those read back after an election, so that both give the same state.
 */
export interface Shard<Entry, Event> {
  /** The timeline that the durable state lives on. */
  readonly timeline: Timeline
  /** Applies a record. `position` grows from record to record. */
  replay(record: Entry, position: RecordPosition): void
  /** The transaction of this producer ended: its records count now, or never did. */
  transactionEnded(producerId: number, committed: boolean): void
  /** Everything was replayed; from now on there are requests. */
  loaded(outcome: Outcome<Entry, Event>): void
  /** Something that was scheduled is due. */
  expired(event: Event, outcome: Outcome<Entry, Event>): void
  /** These records could not be written. What they changed has been taken back, who waited for them was told. */
  writeFailed(records: readonly Entry[], outcome: Outcome<Entry, Event>): void
}

export interface RecordPosition {
  /** Its offset, or what takes its place until the log has given it one. */
  readonly order: number
  /** Set for a record of a transaction that is still open. */
  readonly producerId?: number
}

/** How records become bytes and bytes records. */
export interface EntryFormat<Entry> {
  encode(record: Entry): CoordinatorEntry
  /** `undefined` for a type that this version does not know, and may skip. Copies what it keeps. */
  decode(key: Buffer, value: Buffer | null): Entry | undefined
}
