import type { Clock, Timer } from '@odradek/common/time'
import type { Logger } from '@odradek/common/logging'
import type { CoordinatorLog } from './coordinator-log.ts'
import type { EntryFormat, Shard } from './shard.ts'

/** Longest piece of replaying that others on the loop have to wait for. */
const turnMs = 5

/**
 * Reads a partition from its start and replays it into a new shard.
 *
 * Types that this version does not know are skipped: a newer version may have been here before a downgrade.
 * Gives `undefined` when `isCurrent` says meanwhile that nobody wants the shard any more.
 */
export async function loadShard<S extends Shard<Entry, never>, Entry>(
  partition: number,
  options: LoadOptions<S, Entry>,
): Promise<Loaded<S> | undefined> {
  const shard = options.createShard(partition)
  let records = 0
  let nextOrder = 0
  let skipped = 0
  let turnStartedMs = options.clock.monotonic()
  for await (const entries of options.log.load(partition)) {
    if (!options.isCurrent()) return undefined
    for (const entry of entries) {
      nextOrder = entry.offset + 1
      records++
      if (entry.kind === 'marker') {
        shard.transactionEnded(entry.producerId, entry.committed)
        continue
      }
      const record = options.format.decode(entry.key, entry.value)
      if (record === undefined) skipped++
      else shard.replay(record, { order: entry.offset, ...(entry.producerId === undefined ? {} : { producerId: entry.producerId }) })
    }
    if (options.clock.monotonic() - turnStartedMs > turnMs) {
      await new Promise<void>((resolve) => {
        options.timer.endOfTurn(resolve)
      })
      turnStartedMs = options.clock.monotonic()
    }
  }
  if (!options.isCurrent()) return undefined
  if (skipped > 0) options.logger.warn('Skipped records of types that this version does not know', { partition, skipped })
  return { shard, records, nextOrder }
}

export interface Loaded<S> {
  readonly shard: S
  /** How many records and markers the log holds. */
  readonly records: number
  /** Where the positions of new records go on. */
  readonly nextOrder: number
}

export interface LoadOptions<S extends Shard<Entry, never>, Entry> {
  readonly log: CoordinatorLog
  readonly format: EntryFormat<Entry>
  readonly createShard: (partition: number) => S
  readonly clock: Clock
  readonly timer: Timer
  readonly logger: Logger
  readonly isCurrent: () => boolean
}
