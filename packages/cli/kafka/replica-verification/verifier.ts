import type { ReplicaBatches } from '@odradek/client'

/** A partition under verification: the replicas it has, and how far they are known to be the same. */
export interface VerifiedPartition {
  readonly name: string
  readonly brokers: readonly number[]
  offset: number
}

/** What a round found: sentences for the user, and whether replicas are so different that it makes no sense to go on. */
export interface Findings {
  readonly sentences: readonly string[]
  readonly isHopeless: boolean
  readonly maxHighWatermark: number
}

/** What replicas hold, by broker id. One that can't be asked holds nothing. */
export type Held = ReadonlyMap<number, ReplicaBatches>

const nothing: ReplicaBatches = { highWatermark: -1, batches: [] }

/**
 * Compares the replicas of a partition, batch by batch, up to where one has no more below its high watermark, and moves the partition's offset behind what is the same.
 * A different checksum is told of; after a different offset there is nothing left to compare.
 */
export function compare(partition: VerifiedPartition, held: Held): Findings {
  const replicas = partition.brokers.map((broker) => ({ broker, ...(held.get(broker) ?? nothing) }))
  const sentences: string[] = []
  const maxHighWatermark = Math.max(-1, ...replicas.map(({ highWatermark }) => highWatermark))
  const [first, ...others] = replicas
  for (const [index, batch] of (first?.batches ?? []).entries()) {
    if (first === undefined || batch.lastOffset >= first.highWatermark) break
    let isEverywhere = true
    for (const { broker, highWatermark, batches } of others) {
      const other = batches[index]
      if (other === undefined || other.lastOffset >= highWatermark) {
        isEverywhere = false
        continue
      }
      if (other.lastOffset !== batch.lastOffset) {
        sentences.push(
          `partition ${partition.name}: replica ${first.broker}'s offset ${batch.lastOffset} doesn't match replica ${broker}'s offset ${other.lastOffset}`,
        )
        return { sentences, isHopeless: true, maxHighWatermark }
      }
      if (other.crc !== batch.crc) {
        sentences.push(
          `partition ${partition.name} has unmatched checksum at offset ${batch.lastOffset}; replica ${first.broker}'s checksum ${batch.crc}; replica ${broker}'s checksum ${other.crc}`,
        )
      }
    }
    if (!isEverywhere) break
    partition.offset = batch.lastOffset + 1
  }
  return { sentences, isHopeless: false, maxHighWatermark }
}

/** How far the slowest partition is behind its high watermark, as the regular report tells it. */
export function lagSentence(lags: readonly { readonly partition: VerifiedPartition; readonly maxHighWatermark: number }[]): string {
  let [maxLag, offset, name] = [-1, -1, 'null']
  for (const { partition, maxHighWatermark } of lags) {
    if (maxHighWatermark - partition.offset <= maxLag) continue
    maxLag = maxHighWatermark - partition.offset
    offset = partition.offset
    name = partition.name
  }
  return `max lag is ${maxLag} for partition ${name} at offset ${offset} among ${lags.length} partitions`
}
