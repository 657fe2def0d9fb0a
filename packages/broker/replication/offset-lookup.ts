import { KafkaError } from '@odradek/protocol'
import type { FetchReader } from './delayed-fetch.ts'
import type { Partition } from './partition.ts'

/** Timestamps that mean a place in the log, with the version of ListOffsets that brought them. */
const places = {
  latest: { timestamp: -1, since: 1 },
  earliest: { timestamp: -2, since: 1 },
  maxTimestamp: { timestamp: -3, since: 7 },
  earliestLocal: { timestamp: -4, since: 8 },
  latestTiered: { timestamp: -5, since: 9 },
  earliestPendingUpload: { timestamp: -6, since: 11 },
} as const

export interface FoundOffset {
  readonly offset: number
  /** Of the record; −1 for a place. */
  readonly timestamp: number
  /** −1 when unknown. */
  readonly leaderEpoch: number
}

/** The answer when there is no such record. */
const nothing: FoundOffset = { offset: -1, timestamp: -1, leaderEpoch: -1 }

/**
 * The offset for a timestamp: of the first record, in the order of offsets, that is not older; or of the place that a
 * negative one names. A reader is told of nothing that it could not read.
 */
export async function findOffset(
  partition: Partition,
  wanted: { readonly timestamp: number; readonly apiVersion: number; readonly reader: FetchReader },
): Promise<FoundOffset> {
  const { timestamp, reader } = wanted
  if (timestamp < 0 && !isKnown(timestamp, wanted.apiVersion)) throw new KafkaError('UNSUPPORTED_VERSION')
  const { log } = partition
  switch (timestamp) {
    case places.latest.timestamp:
      return { offset: partition.endFor(reader), timestamp: -1, leaderEpoch: partition.leaderEpoch }
    case places.earliest.timestamp:
    case places.earliestLocal.timestamp:
      return { offset: log.startOffset, timestamp: -1, leaderEpoch: log.epochAt(log.startOffset) }
    case places.maxTimestamp.timestamp:
      return (await log.findMaxTimestamp(partition.endFor(reader))) ?? nothing
    case places.latestTiered.timestamp:
    case places.earliestPendingUpload.timestamp:
      // Nothing is tiered.
      return nothing
    default:
      return (await log.findByTimestamp(timestamp, partition.endFor(reader))) ?? nothing
  }
}

function isKnown(timestamp: number, apiVersion: number): boolean {
  return Object.values(places).some((place) => place.timestamp === timestamp && apiVersion >= place.since)
}
