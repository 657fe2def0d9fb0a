import { Buffer } from 'node:buffer'
import { ByteReader, MalformedBytes } from '@odradek/common/bytes'
import type { Partitions, TopicPartition } from '../partitions.ts'

/**
 * The partitions of a classic member's assignment, as consumers write them: version, topics with their partitions, user data.
 *
 * They were written by some other client: what can't be read is none of our calls' failure, and shows as no partitions.
 */
export function assignedPartitions(bytes: Uint8Array): Partitions {
  if (bytes.byteLength === 0) return []
  const reader = new ByteReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  try {
    reader.int16()
    const partitions: TopicPartition[] = []
    for (let topics = reader.int32(); topics > 0; topics--) {
      const topic = reader.utf8(reader.int16())
      for (let count = reader.int32(); count > 0; count--) partitions.push({ topic, partition: reader.int32() })
    }
    return partitions
  } catch (error) {
    if (error instanceof MalformedBytes) return []
    throw error
  }
}
