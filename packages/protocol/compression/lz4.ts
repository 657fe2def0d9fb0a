import { Buffer } from 'node:buffer'
import { corrupt, CompressionError, tooLarge } from './compression-error.ts'
import type { Inflation } from './inflation.ts'
import { lz4Slots, maxLz4BlockSize, readLz4Block, writeLz4Block } from './lz4-block.ts'
import { bytesBetweenPauses } from './pause.ts'
import { Xxh32, xxh32 } from './xxh32.ts'

/**
 * The LZ4 frame, version 1. Written as the Java client does it: independent blocks of 64 KiB, no content size and no
 * checksums but that of the header. Read with everything that version 1 allows, except for dictionaries.
 */
const magic = 0x184d2204
const flag = { version: 0x40, independent: 0x20, blockChecksum: 0x10, contentSize: 0x08, contentChecksum: 0x04, dictionary: 0x01 } as const
const versionBits = 0xc0
const reservedFlag = 0x02
const stored = 0x8000_0000
const blockSizes: readonly (number | undefined)[] = [undefined, undefined, undefined, undefined, 65_536, 262_144, 1_048_576, 4_194_304]
const writtenBlockCode = 4
const writtenBlockSize = 65_536
/** One byte of a block can stand for 255 at most. */
const maxRatio = 255

export function deflateLz4(bytes: Buffer): Buffer {
  const blocks = Math.ceil(bytes.length / writtenBlockSize)
  const output = Buffer.allocUnsafe(11 + blocks * (4 + maxLz4BlockSize(Math.min(writtenBlockSize, bytes.length))))
  let written = output.writeUInt32LE(magic, 0)
  output[written++] = flag.version | flag.independent
  output[written++] = writtenBlockCode << 4
  output[written] = headerChecksum(output, 4, written)
  written++
  const slots = lz4Slots()
  for (let start = 0; start < bytes.length; start += writtenBlockSize) {
    const end = Math.min(start + writtenBlockSize, bytes.length)
    const blockEnd = writeLz4Block(bytes, start, end, output, written + 4, slots)
    if (blockEnd - written - 4 < end - start) {
      output.writeUInt32LE(blockEnd - written - 4, written)
      written = blockEnd
    } else {
      output.writeUInt32LE(stored + end - start, written)
      written += 4 + bytes.copy(output, written + 4, start, end)
    }
  }
  written = output.writeUInt32LE(0, written)
  return output.subarray(0, written)
}

export class Lz4Inflation implements Inflation {
  readonly #input: Buffer
  readonly #maxOutput: number
  readonly #flags: number
  readonly #maxBlockSize: number
  readonly #contentSize: number | undefined
  readonly #contentHash: Xxh32 | undefined
  #output: Buffer
  #position: number
  #written = 0

  constructor(input: Buffer, maxOutput: number) {
    this.#input = input
    this.#maxOutput = maxOutput
    if (input.length < 7 || input.readUInt32LE(0) !== magic) throw corrupt('lz4: this is not an LZ4 frame')
    this.#flags = input.readUInt8(4)
    this.#maxBlockSize = checkedBlockSize(this.#flags, input.readUInt8(5))
    let position = 6
    if (this.#has(flag.contentSize)) {
      if (input.length < 15) throw corrupt('lz4: the header is cut off')
      this.#contentSize = input.readUInt32LE(6) + input.readUInt32LE(10) * 4_294_967_296
      if (this.#contentSize > maxOutput) throw tooLarge(maxOutput)
      if (this.#contentSize > input.length * maxRatio) throw corrupt(`lz4: ${input.length} bytes cannot hold ${this.#contentSize}`)
      position += 8
    }
    if (input.readUInt8(position) !== headerChecksum(input, 4, position)) throw corrupt('lz4: the checksum of the header is wrong')
    this.#position = position + 1
    if (this.#has(flag.contentChecksum)) this.#contentHash = new Xxh32()
    this.#output = Buffer.allocUnsafe(this.#contentSize ?? Math.min(maxOutput, input.length * 4))
  }

  step(): boolean {
    const until = this.#written + bytesBetweenPauses
    while (this.#written < until) if (!this.#readBlock()) return false
    return true
  }

  result(): Buffer {
    return this.#output.subarray(0, this.#written)
  }

  #readBlock(): boolean {
    const word = this.#word()
    if (word === 0) {
      this.#finish()
      return false
    }
    const size = word >= stored ? word - stored : word
    if (size > this.#maxBlockSize) throw corrupt(`lz4: a block of ${size} bytes is larger than the header allows`)
    const start = this.#position
    const end = start + size
    if (end > this.#input.length) throw corrupt('lz4: a block is cut off')
    this.#position = end
    if (this.#has(flag.blockChecksum) && this.#word() !== xxh32(this.#input, start, end))
      throw corrupt('lz4: the checksum of a block is wrong')

    const from = this.#written
    const limit = this.#reserve(Math.min(this.#maxBlockSize, word >= stored ? size : size * maxRatio))
    const written = word >= stored ? this.#copyBlock(start, end, limit) : this.#inflateBlock(start, end, limit)
    if (written < 0) throw limit === this.#maxOutput ? tooLarge(limit) : corrupt('lz4: a block is longer than the header allows')
    this.#written = written
    this.#contentHash?.update(this.#output, from, written)
    return true
  }

  #copyBlock(start: number, end: number, limit: number): number {
    return end - start > limit - this.#written ? -1 : this.#written + this.#input.copy(this.#output, this.#written, start, end)
  }

  #inflateBlock(start: number, end: number, limit: number): number {
    const windowStart = this.#has(flag.independent) ? this.#written : 0
    return readLz4Block(this.#input, start, end, this.#output, windowStart, this.#written, limit)
  }

  /** Makes room for `bytes` more, as far as that is allowed; returns where the room ends. */
  #reserve(bytes: number): number {
    const limit = Math.min(this.#written + bytes, this.#maxOutput)
    if (limit > this.#output.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#maxOutput, Math.max(limit, this.#output.length * 2)))
      this.#output.copy(larger, 0, 0, this.#written)
      this.#output = larger
    }
    return limit
  }

  #finish(): void {
    if (this.#contentHash !== undefined && this.#word() !== this.#contentHash.digest())
      throw corrupt('lz4: the checksum of the content is wrong')
    if (this.#contentSize !== undefined && this.#contentSize !== this.#written)
      throw corrupt('lz4: the content has another size than announced')
  }

  #word(): number {
    if (this.#input.length - this.#position < 4) throw corrupt('lz4: the frame is cut off')
    const word = this.#input.readUInt32LE(this.#position)
    this.#position += 4
    return word
  }

  #has(bit: number): boolean {
    return (this.#flags & bit) !== 0
  }
}

function checkedBlockSize(flags: number, descriptor: number): number {
  if ((flags & versionBits) !== flag.version) throw new CompressionError('UNSUPPORTED', 'lz4: only version 1 of the frame is known')
  if ((flags & flag.dictionary) !== 0) throw new CompressionError('UNSUPPORTED', 'lz4: frames with a dictionary cannot be read')
  const size = (descriptor & 0x8f) === 0 && (flags & reservedFlag) === 0 ? blockSizes[descriptor >>> 4] : undefined
  if (size === undefined) throw corrupt('lz4: the header uses bits that are reserved')
  return size
}

/** The second byte of the hash over the descriptor. */
const headerChecksum = (buffer: Buffer, start: number, end: number): number => (xxh32(buffer, start, end) >>> 8) & 0xff
