import type { Buffer } from 'node:buffer'
import { ByteReader } from '@odradek/common/bytes'
import type { Partitioner } from '../partitioner.ts'
import { noSuchPartition } from './record-errors.ts'
import type { TopicQueues } from './topic-queues.ts'

/** Key and value of a record that was serialized, as views. */
export function payloadParts(buffer: Buffer, start: number): { readonly key: Buffer | null; readonly value: Buffer | null } {
  const reader = new ByteReader(buffer, start, buffer.length)
  const part = (): Buffer | null => {
    const length = reader.varint()
    return length < 0 ? null : reader.bytes(length)
  }
  return { key: part(), value: part() }
}

/** Asks a partitioner of the user. Throws for anything that is no partition of the topic. */
export function choosePartition(partitioner: Partitioner, topic: TopicQueues, key: Buffer | null, value: Buffer | null): number {
  const count = topic.queues.length
  const chosen = partitioner.partition(topic.name, key, value, { count, available: topic.available })
  if (!Number.isInteger(chosen) || chosen < 0 || chosen >= count) throw noSuchPartition(topic.name, chosen, count, 'The partitioner chose')
  return chosen
}
