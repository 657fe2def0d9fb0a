import type { Buffer } from 'node:buffer'
import { crc32c, int64At, putInt64 } from '@odradek/common/bytes'

/**
 * A record batch where it lies: in a frame, in a segment, in the tail cache.
 *
 * A batch is never turned into an object. Every function here takes the buffer and the position of the batch's first
 * byte, and reads or patches the one field it is named after. They trust the frame (61 bytes are there, and as many as
 * the batch says); `findFrameProblem` in `batch-checks.ts` finds that out once, where the bytes come in.
 */

/** Where each header field lies, counted from the first byte of the batch. */
export const batchField = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
} as const

/** Bytes before the records; no batch is smaller. */
export const BATCH_HEADER_SIZE = 61
/** Bytes up to the end of the length field; a batch is this much larger than its length says. */
export const BATCH_LENGTH_END = 12
/** The only format written or accepted. */
export const MAGIC = 2
export const NO_TIMESTAMP = -1
export const NO_PRODUCER_ID = -1
export const NO_PRODUCER_EPOCH = -1
export const NO_SEQUENCE = -1
export const NO_LEADER_EPOCH = -1

/** Bits of the attributes. */
export const batchAttribute = {
  codec: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const

export const baseOffset = (buffer: Buffer, position: number): number => int64At(buffer, position)

/** Size of the whole batch in bytes, header included, as the batch itself says. */
export const batchSize = (buffer: Buffer, position: number): number =>
  buffer.readInt32BE(position + batchField.batchLength) + BATCH_LENGTH_END

export const partitionLeaderEpoch = (buffer: Buffer, position: number): number =>
  buffer.readInt32BE(position + batchField.partitionLeaderEpoch)

export const magicOf = (buffer: Buffer, position: number): number => buffer.readInt8(position + batchField.magic)
export const storedCrc = (buffer: Buffer, position: number): number => buffer.readUInt32BE(position + batchField.crc)
export const attributesOf = (buffer: Buffer, position: number): number => buffer.readInt16BE(position + batchField.attributes)
export const lastOffsetDelta = (buffer: Buffer, position: number): number => buffer.readInt32BE(position + batchField.lastOffsetDelta)

/** Of the first record. With a delete horizon the field holds that instead, see `deleteHorizonMs`. */
export const baseTimestamp = (buffer: Buffer, position: number): number => int64At(buffer, position + batchField.baseTimestamp)
export const maxTimestamp = (buffer: Buffer, position: number): number => int64At(buffer, position + batchField.maxTimestamp)
export const producerId = (buffer: Buffer, position: number): number => int64At(buffer, position + batchField.producerId)
export const producerEpoch = (buffer: Buffer, position: number): number => buffer.readInt16BE(position + batchField.producerEpoch)
export const baseSequence = (buffer: Buffer, position: number): number => buffer.readInt32BE(position + batchField.baseSequence)
export const recordCount = (buffer: Buffer, position: number): number => buffer.readInt32BE(position + batchField.recordCount)

/** Offset of the last record; compaction may have removed it, the batch keeps its place. */
export const lastOffset = (buffer: Buffer, position: number): number => baseOffset(buffer, position) + lastOffsetDelta(buffer, position)

/** Offset behind the batch. */
export const nextOffset = (buffer: Buffer, position: number): number => lastOffset(buffer, position) + 1

/** Sequence of the last record, −1 without a producer. Counts on from 2^31 − 1 with 0. */
export const lastSequence = (buffer: Buffer, position: number): number => {
  const first = baseSequence(buffer, position)
  return first === NO_SEQUENCE ? NO_SEQUENCE : sequenceAfter(first, lastOffsetDelta(buffer, position))
}

/** The sequence `count` records after `sequence`: 2^31 − 1 is followed by 0. */
export function sequenceAfter(sequence: number, count: number): number {
  const sum = sequence + count
  return sum > 0x7fff_ffff ? sum - 0x8000_0000 : sum
}

/** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
export const codecId = (buffer: Buffer, position: number): number => attributesOf(buffer, position) & batchAttribute.codec
export const isCompressed = (buffer: Buffer, position: number): boolean => codecId(buffer, position) !== 0
export const hasLogAppendTime = (buffer: Buffer, position: number): boolean => hasAttribute(buffer, position, batchAttribute.logAppendTime)
export const isTransactional = (buffer: Buffer, position: number): boolean => hasAttribute(buffer, position, batchAttribute.transactional)
export const isControlBatch = (buffer: Buffer, position: number): boolean => hasAttribute(buffer, position, batchAttribute.control)

const hasAttribute = (buffer: Buffer, position: number, bit: number): boolean => (attributesOf(buffer, position) & bit) !== 0

/** When the tombstones and markers of the batch may go, or undefined before the cleaner has seen it. */
export const deleteHorizonMs = (buffer: Buffer, position: number): number | undefined =>
  hasAttribute(buffer, position, batchAttribute.deleteHorizon) ? baseTimestamp(buffer, position) : undefined

/** CRC-32C of everything from the attributes on. */
export const computeCrc = (buffer: Buffer, position: number): number =>
  crc32c(buffer, position + batchField.attributes, position + batchSize(buffer, position))

export const crcIsValid = (buffer: Buffer, position: number): boolean => storedCrc(buffer, position) === computeCrc(buffer, position)

/** Writes offset and epoch, as the leader does with each batch. Both lie outside the CRC, which stays as it is. */
export function assignOffset(buffer: Buffer, position: number, firstOffset: number, leaderEpoch: number): void {
  putInt64(buffer, position, firstOffset)
  buffer.writeInt32BE(leaderEpoch, position + batchField.partitionLeaderEpoch)
}

/** Gives all records of the batch the leader's time: sets the bit and the largest timestamp, and a new CRC. */
export function stampLogAppendTime(buffer: Buffer, position: number, timestampMs: number): void {
  buffer.writeInt16BE(attributesOf(buffer, position) | batchAttribute.logAppendTime, position + batchField.attributes)
  putInt64(buffer, position + batchField.maxTimestamp, timestampMs)
  writeCrc(buffer, position)
}

/** Corrects the largest timestamp of a batch whose header says something else than its records; writes a new CRC only then. */
export function correctMaxTimestamp(buffer: Buffer, position: number, timestampMs: number): void {
  if (maxTimestamp(buffer, position) === timestampMs) return
  putInt64(buffer, position + batchField.maxTimestamp, timestampMs)
  writeCrc(buffer, position)
}

export function writeCrc(buffer: Buffer, position: number): void {
  buffer.writeUInt32BE(computeCrc(buffer, position), position + batchField.crc)
}
