import type { Consumer, PartitionOffset, Partitions, TopicPartition } from '@odradek/client'
import { UsageError } from '../../usage-error.ts'
import { momentMs } from '../units/moment.ts'

/** Where a reader begins. */
export type Start =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'offset'; readonly offset: number }
  /** So many before the end of each partition. */
  | { readonly kind: 'last'; readonly records: number }
  | { readonly kind: 'moment'; readonly ms: number }

/** `start`, `end`, `42`, `-10` (the last ten of each partition), `@2h` (ago), `@2026-11-28T10:00:00Z`. */
export function startOf(option: string, text: string, nowMs: number): Start {
  if (text === 'start' || text === 'end') return { kind: text }
  if (/^\d+$/.test(text)) return { kind: 'offset', offset: Number(text) }
  if (/^-\d+$/.test(text)) return { kind: 'last', records: Number(text.slice(1)) }
  if (text.startsWith('@')) return { kind: 'moment', ms: momentMs(option, text.slice(1), nowMs) }
  throw new UsageError(
    `${option} ${text}: it is start, end, an offset (42), -10 for the last ten, or a moment (@2h, @2026-11-28T10:00:00Z)`,
  )
}

type Reader = Pick<Consumer, 'beginningOffsets' | 'endOffsets' | 'offsetsForTimes'>

/** The first offset to read of each partition; never outside of what is there. */
export async function startOffsets(reader: Reader, partitions: Partitions, start: Start): Promise<readonly PartitionOffset[]> {
  const begins = await reader.beginningOffsets(partitions)
  if (start.kind === 'start') return begins
  const ends = await reader.endOffsets(partitions)
  if (start.kind === 'end') return ends
  const at = (list: readonly PartitionOffset[], { topic, partition }: TopicPartition): number =>
    list.find((one) => one.topic === topic && one.partition === partition)?.offset ?? 0
  if (start.kind === 'moment') {
    const found = await reader.offsetsForTimes(partitions.map(({ topic, partition }) => ({ topic, partition, timestamp: start.ms })))
    return partitions.map((place, index) => ({
      topic: place.topic,
      partition: place.partition,
      offset: found[index]?.offset ?? at(ends, place),
    }))
  }
  return partitions.map(({ topic, partition }) => {
    const [begin, end] = [at(begins, { topic, partition }), at(ends, { topic, partition })]
    const wanted = start.kind === 'last' ? end - start.records : start.offset
    return { topic, partition, offset: Math.min(Math.max(wanted, begin), end) }
  })
}
