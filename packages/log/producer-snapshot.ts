import type { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter, crc32c, MalformedBytes } from '@odradek/common/bytes'
import { ProducerEntry } from './producer-entry.ts'

const version = 1
/** Version and CRC. */
const headerSize = 6
const entrySize = 46

/** A snapshot that was cut off, or is damaged, or of a version we do not know. An older one and the segments replace it. */
export class MalformedSnapshot extends Error {
  constructor(reason: string) {
    super(`the producer snapshot is not readable: ${reason}`)
    this.name = 'MalformedSnapshot'
  }
}

/**
 * The bytes of `N.snapshot`: what a partition knew of its producers when its end was N.
 *
 * Of each producer only the last batch is kept, so after a restart only that one is recognised when it comes again.
 */
export function encodeSnapshot(producers: Iterable<ProducerEntry>): Buffer {
  const entries = [...producers]
  const writer = new ByteWriter(headerSize + 4 + entries.length * entrySize)
  writer.int16(version)
  writer.uint32(0)
  writer.int32(entries.length)
  for (const entry of entries) {
    writer.int64(entry.producerId)
    writer.int16(entry.epoch)
    writer.int32(entry.lastSequence)
    writer.int64(entry.lastOffset)
    writer.int32(entry.lastOffsetDelta)
    writer.int64(entry.lastTimestamp)
    writer.int32(entry.coordinatorEpoch)
    writer.int64(entry.transactionStart)
  }
  const bytes = writer.finish()
  bytes.writeUInt32BE(crc32c(bytes, headerSize, bytes.length), 2)
  return bytes
}

/** Throws `MalformedSnapshot`. */
export function decodeSnapshot(bytes: Buffer): ProducerEntry[] {
  try {
    return decode(bytes)
  } catch (error) {
    if (error instanceof MalformedBytes) throw new MalformedSnapshot('it is cut off')
    throw error
  }
}

function decode(bytes: Buffer): ProducerEntry[] {
  const reader = new ByteReader(bytes, 0, bytes.length)
  const found = reader.int16()
  if (found !== version) throw new MalformedSnapshot(`version ${found} is not known`)
  if (reader.uint32() !== crc32c(bytes, headerSize, bytes.length)) throw new MalformedSnapshot('its CRC does not fit')
  const count = reader.int32()
  if (count < 0 || count * entrySize !== bytes.length - reader.position) throw new MalformedSnapshot(`it cannot hold ${count} producers`)
  return Array.from({ length: count }, () => decodeEntry(reader))
}

function decodeEntry(reader: ByteReader): ProducerEntry {
  const entry = new ProducerEntry(reader.int64())
  entry.epoch = reader.int16()
  const lastSequence = reader.int32()
  const lastOffset = reader.int64()
  const offsetDelta = reader.int32()
  const timestamp = reader.int64()
  if (lastOffset >= 0) entry.addBatch(lastSequence, lastOffset, offsetDelta, timestamp)
  entry.lastTimestamp = timestamp
  entry.coordinatorEpoch = reader.int32()
  entry.transactionStart = reader.int64()
  return entry
}
