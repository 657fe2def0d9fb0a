import { Buffer } from 'node:buffer'
import { ByteReader } from '@odradek/common/bytes'

/** What a member of a classic group said of itself, as Kafka shows it. Throws where the bytes are none of that. */
export function subscriptionJson(bytes: Uint8Array): object {
  const reader = readerOf(bytes)
  const version = Math.min(reader.int16(), 3)
  const topics = Array.from({ length: reader.int32() }, () => text(reader))
  return {
    topics,
    userData: data(reader),
    ...(version >= 1 ? { ownedPartitions: partitions(reader) } : {}),
    ...(version >= 2 ? { generationId: reader.int32() } : {}),
    ...(version >= 3 ? { rackId: nullableText(reader) } : {}),
  }
}

/** What the leader gave a member. */
export function assignmentJson(bytes: Uint8Array): object {
  const reader = readerOf(bytes)
  reader.int16()
  return { assignedPartitions: partitions(reader), userData: data(reader) }
}

const readerOf = (bytes: Uint8Array): ByteReader => new ByteReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
const text = (reader: ByteReader): string => reader.utf8(reader.int16())

function nullableText(reader: ByteReader): string | null {
  const length = reader.int16()
  return length < 0 ? null : reader.utf8(length)
}

function data(reader: ByteReader): string | null {
  const length = reader.int32()
  return length < 0 ? null : Buffer.from(reader.bytes(length)).toString('base64')
}

function partitions(reader: ByteReader): readonly object[] {
  return Array.from({ length: reader.int32() }, () => ({
    topic: text(reader),
    partitions: Array.from({ length: reader.int32() }, () => reader.int32()),
  }))
}
