import { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import type { MemberAssignment, MemberSubscription } from '../../../assignor.ts'
import type { Bytes } from '../../../bytes.ts'
import type { Partitions, TopicPartition } from '../../../partitions.ts'
import { compareText } from '../../assignors/text.ts'

/** The highest version that is written; higher ones are read as this one, since later versions only add at the end. */
const VERSION = 3

/** The protocol type by which the members of a group know that they are consumers. */
export const PROTOCOL_TYPE = 'consumer'

/**
 * What a member says of itself, for the leader to read: topics and user data (version 0), what it owns (1), of which generation (2),
 * its rack (3).
 */
export function encodeSubscription(subscription: MemberSubscription, version = VERSION): Buffer {
  const writer = new ByteWriter(128)
  writer.int16(version)
  const topics = subscription.topics.toSorted(compareText)
  writer.int32(topics.length)
  for (const topic of topics) writer.utf8WithInt16Length(topic)
  writeBytes(writer, subscription.userData)
  if (version >= 1) writePartitions(writer, subscription.ownedPartitions.toSorted(comparePartitions))
  if (version >= 2) writer.int32(subscription.generationId)
  if (version >= 3) {
    if (subscription.rackId === undefined || subscription.rackId === '') writer.int16(-1)
    else writer.utf8WithInt16Length(subscription.rackId)
  }
  return writer.finish()
}

/** Throws `MalformedBytes`. */
export function decodeSubscription(bytes: Bytes): MemberSubscription {
  const reader = readerOf(bytes)
  const version = readVersion(reader)
  const topics = Array.from({ length: readCount(reader, 2) }, () => readText(reader))
  const userData = readBytes(reader)
  const ownedPartitions = version >= 1 ? readPartitions(reader) : []
  const generationId = version >= 2 ? reader.int32() : -1
  const rackLength = version >= 3 ? reader.int16() : -1
  const rackId = rackLength > 0 ? reader.utf8(rackLength) : undefined
  return { topics, userData, ownedPartitions, generationId, rackId }
}

/** What the leader has for a member. Partitions stay in their order, topics in the order of their first partition. */
export function encodeAssignment({ partitions, userData = null }: MemberAssignment, version = VERSION): Buffer {
  const writer = new ByteWriter(128)
  writer.int16(version)
  writePartitions(writer, partitions)
  writeBytes(writer, userData)
  return writer.finish()
}

/** Throws `MalformedBytes`. Leaders with kafkajs leave out members for which there is nothing: these get no bytes at all. */
export function decodeAssignment(bytes: Bytes): MemberAssignment {
  if (bytes.length === 0) return { partitions: [], userData: null }
  const reader = readerOf(bytes)
  readVersion(reader)
  return { partitions: readPartitions(reader), userData: readBytes(reader) }
}

/** By topic, as Java compares text (UTF-16 code units), then by number. */
export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  return compareText(a.topic, b.topic) || a.partition - b.partition
}

/** `[topic [partition]]`, as in both messages and in the user data of the sticky assignor. */
export function writePartitions(writer: ByteWriter, partitions: Partitions): void {
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic)
  writer.int32(byTopic.size)
  for (const [topic, those] of byTopic) {
    writer.utf8WithInt16Length(topic)
    writer.int32(those.length)
    for (const { partition } of those) writer.int32(partition)
  }
}

export function readPartitions(reader: ByteReader): TopicPartition[] {
  const partitions: TopicPartition[] = []
  const topics = readCount(reader, 6)
  for (let t = 0; t < topics; t++) {
    const topic = readText(reader)
    const count = readCount(reader, 4)
    for (let p = 0; p < count; p++) partitions.push({ topic, partition: reader.int32() })
  }
  return partitions
}

export function readerOf(bytes: Bytes): ByteReader {
  return new ByteReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

function readVersion(reader: ByteReader): number {
  const version = reader.int16()
  if (version < 0) reader.skip(-1) // throws: there is no such version
  return Math.min(version, VERSION)
}

/** A number of elements that can be there: each takes `least` bytes. */
function readCount(reader: ByteReader, least: number): number {
  const count = reader.int32()
  if (count < 0 || count * least > reader.remaining) reader.skip(count < 0 ? count : count * least) // throws
  return count
}

function readText(reader: ByteReader): string {
  return reader.utf8(reader.int16())
}

function readBytes(reader: ByteReader): Buffer | null {
  const length = reader.int32()
  return length === -1 ? null : Buffer.from(reader.bytes(length))
}

function writeBytes(writer: ByteWriter, bytes: Bytes | null): void {
  writer.int32(bytes === null ? -1 : bytes.length)
  if (bytes !== null) writer.bytes(bytes)
}
