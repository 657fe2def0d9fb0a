import { Buffer } from 'node:buffer'
import { ByteWriter } from '@odradek/common/bytes'
import type { Bytes } from '../../bytes.ts'
import type { Partitions } from '../../partitions.ts'
import { readerOf, readPartitions, writePartitions } from '../membership/classic/consumer-protocol.ts'
import { inComputedOrder } from './java-hash-order.ts'
import type { Claim } from './sticky-claims.ts'

/** What a member with the sticky assignor had: `[topic [partition]]` and its generation. Topics in the order in which Java writes them. */
export function writeStickyUserData(partitions: Partitions, generation: number): Buffer {
  const writer = new ByteWriter(128)
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic)
  const ordered = inComputedOrder(partitions.map(({ topic }) => topic)).flatMap((topic) => byTopic.get(topic) ?? [])
  writePartitions(writer, ordered)
  writer.int32(generation)
  return writer.finish()
}

/** Members before Kafka 2.3 give no generation. What can't be read is as good as nothing. */
export function readStickyUserData(userData: Bytes | null): Claim {
  if (userData === null || userData.length === 0) return { partitions: [], generation: undefined }
  try {
    const reader = readerOf(userData)
    const partitions = readPartitions(reader)
    return { partitions, generation: reader.remaining >= 4 ? reader.int32() : undefined }
  } catch {
    return { partitions: [], generation: -1 }
  }
}

/** All that a member with the cooperative-sticky assignor says: what it owns stands in its subscription. */
export function writeGeneration(generation: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(generation)
  return bytes
}

export function readGeneration(userData: Bytes | null): number | undefined {
  if (userData === null) return undefined
  return userData.length < 4 ? -1 : readerOf(userData).int32()
}
