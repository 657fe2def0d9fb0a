import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { int64At } from '@odradek/common/bytes'
import { codecOf, inflateSync } from '@odradek/protocol/compression'
import { BatchBuilder, batchSize, magicOf } from '@odradek/protocol/records'

/** Offset, size, CRC, magic, attributes: where each field of a message lies. */
const field = { size: 8, crc: 12, magic: 16, attributes: 17, timestamp: 18 } as const
const sizeEnd = 12
const smallestSize = 14
const logAppendTime = 0x08

interface Message {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
}

export interface OldMessageOptions {
  readonly checkCrcs: boolean
  readonly decompressedBatchMaxBytes: number
}

export const hasOldMessages = (bytes: Buffer): boolean => bytes.length > field.magic && magicOf(bytes, 0) < 2

/**
 * Messages of the formats of before Kafka 0.11 (magic 0 and 1) as record batches; a broker gives them as they lie in old logs. Batches among them stay as they are.
 *
 * At damage the rest is given as it is, so that whoever reads it says what is wrong, after what is sound.
 */
export function withNewBatches(bytes: Buffer, options: OldMessageOptions): Buffer {
  const parts: Buffer[] = []
  let position = 0
  while (bytes.length - position > field.magic) {
    const isOld = magicOf(bytes, position) < 2
    const end = isOld ? position + sizeEnd + bytes.readInt32BE(position + field.size) : position + batchSize(bytes, position)
    if (!(end > position && end <= bytes.length)) break
    const part = isOld ? asBatch(bytes, position, end, options) : bytes.subarray(position, end)
    if (part === undefined) break
    parts.push(part)
    position = end
  }
  // Of an old message that was cut off nothing is left over: it is asked for again.
  const isCut = position > 0 && bytes.length - position > field.magic && magicOf(bytes, position) < 2 && isCutOff(bytes, position)
  if (!isCut) parts.push(bytes.subarray(position))
  return Buffer.concat(parts)
}

const isCutOff = (bytes: Buffer, position: number): boolean => bytes.readInt32BE(position + field.size) + sizeEnd > bytes.length - position

/** One message, or those that a compressed one holds, as a batch; undefined when it is damaged. */
function asBatch(
  bytes: Buffer,
  position: number,
  end: number,
  { checkCrcs, decompressedBatchMaxBytes }: OldMessageOptions,
): Buffer | undefined {
  if (end - position - sizeEnd < smallestSize) return undefined
  if (checkCrcs && crc32(bytes.subarray(position + field.magic, end)) !== bytes.readUInt32BE(position + field.crc)) return undefined
  const attributes = bytes[position + field.attributes]!
  try {
    const outer = readMessage(bytes, position, end)
    const codec = codecOf(attributes & 7)
    const messages =
      codec === 'none'
        ? [outer]
        : innerMessages(outer, magicOf(bytes, position), inflateSync(codec, outer.value ?? empty, decompressedBatchMaxBytes))
    return built(messages, (attributes & logAppendTime) === 0 ? undefined : outer.timestamp)
  } catch {
    return undefined
  }
}

function built(messages: readonly Message[], logAppendTimeMs: number | undefined): Buffer | undefined {
  const [first] = messages
  if (first === undefined) return undefined
  const builder = new BatchBuilder({ baseOffset: first.offset, ...(logAppendTimeMs === undefined ? {} : { logAppendTimeMs }) })
  for (const { offset, timestamp, key, value } of messages) {
    // Compaction leaves gaps between offsets.
    if (offset > first.offset) builder.endAt(offset - 1)
    builder.append({ key, value, timestamp })
  }
  return builder.build()
}

/** With magic 1 inner offsets count from 0, and the outer one is that of the last; with magic 0 they are what they are. */
function innerMessages(outer: Message, magic: number, bytes: Buffer): readonly Message[] {
  const messages: Message[] = []
  for (let position = 0; position < bytes.length;) {
    const end = position + sizeEnd + bytes.readInt32BE(position + field.size)
    if (!(end > position + sizeEnd && end <= bytes.length)) throw new RangeError('an inner message is longer than what it came in')
    messages.push(readMessage(bytes, position, end))
    position = end
  }
  const shift = magic === 0 ? 0 : outer.offset - (messages.at(-1)?.offset ?? 0)
  return shift === 0 ? messages : messages.map((message) => ({ ...message, offset: message.offset + shift }))
}

function readMessage(bytes: Buffer, position: number, end: number): Message {
  const hasTime = magicOf(bytes, position) === 1
  const keyAt = position + field.timestamp + (hasTime ? 8 : 0)
  const key = readBytes(bytes, keyAt, end)
  const value = readBytes(bytes, keyAt + 4 + (key?.length ?? 0), end)
  return { offset: int64At(bytes, position), timestamp: hasTime ? int64At(bytes, position + field.timestamp) : -1, key, value }
}

function readBytes(bytes: Buffer, position: number, end: number): Buffer | null {
  const length = bytes.readInt32BE(position)
  if (length < 0) return null
  if (length > end - position - 4) throw new RangeError('a part is longer than its message')
  return bytes.subarray(position + 4, position + 4 + length)
}

const empty = Buffer.alloc(0)
