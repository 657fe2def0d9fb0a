import type { Buffer } from 'node:buffer'
import { copyBack, copyRange } from './back-copy.ts'
import { corrupt } from './compression-error.ts'

/** Three bytes can stand for 64 at most; a block that announces more than this is lying. */
const maxRatio = 22
const maxHashBits = 14
/** The last bytes of a block are always literals, so that four bytes can be read at every place that is looked at. */
const margin = 15

/** What one raw snappy block announces, and where its elements begin. */
export interface SnappyPreamble {
  readonly inflatedLength: number
  readonly start: number
}

/** Reads the announced length, up to 32 bits in a varint without zigzag. Refuses what so few bytes could never become. */
export function readSnappyPreamble(input: Buffer, start: number, end: number): SnappyPreamble {
  let inflatedLength = 0
  let position = start
  for (let factor = 1; ; factor *= 0x80) {
    if (position === end || factor > 0x1000_0000) throw corrupt('snappy: the length of the block is damaged')
    const byte = input.readUInt8(position++)
    inflatedLength += (byte & 0x7f) * factor
    if (byte < 0x80) break
  }
  if (inflatedLength > (end - start) * maxRatio) throw corrupt(`snappy: ${end - start} bytes cannot hold ${inflatedLength}`)
  return { inflatedLength, start: position }
}

/** Inflates the elements of one raw block `input[position, end)` into `output[outputPosition, outputEnd)`, in as many steps as wanted. */
export class SnappyBlock {
  readonly #input: Buffer
  readonly #end: number
  readonly #output: Buffer
  readonly #outputStart: number
  readonly #outputEnd: number
  #position: number
  #outputPosition: number

  constructor(input: Buffer, position: number, end: number, output: Buffer, outputStart: number, outputEnd: number) {
    this.#input = input
    this.#position = position
    this.#end = end
    this.#output = output
    this.#outputStart = this.#outputPosition = outputStart
    this.#outputEnd = outputEnd
  }

  /** Goes on until the output reaches `until` or the block ends; returns how far the output is. */
  run(until: number): number {
    const input = this.#input
    const output = this.#output
    const end = this.#end
    const outputEnd = this.#outputEnd
    let position = this.#position
    let written = this.#outputPosition
    while (position < end && written < until) {
      const tag = input[position++] ?? 0
      const kind = tag & 3
      let length = (tag >>> 2) + 1
      if (kind === 0) {
        if (length > 60) {
          const lengthBytes = length - 60
          if (position + lengthBytes > end) throw corrupt('snappy: a literal is cut off')
          length = input.readUIntLE(position, lengthBytes) + 1
          position += lengthBytes
        }
        if (length > end - position || length > outputEnd - written) throw corrupt('snappy: a literal is too long')
        copyRange(input, position, output, written, length)
        position += length
      } else {
        const offsetBytes = kind === 3 ? 4 : kind
        if (position + offsetBytes > end) throw corrupt('snappy: a copy is cut off')
        let distance = input[position] ?? 0
        if (kind === 1) {
          distance |= (tag & 0xe0) << 3
          length = ((tag >>> 2) & 7) + 4
        } else {
          distance |= (input[position + 1] ?? 0) << 8
          if (kind === 3) distance = input.readUInt32LE(position)
        }
        position += offsetBytes
        if (distance === 0 || distance > written - this.#outputStart || length > outputEnd - written)
          throw corrupt('snappy: a copy leaves the block')
        copyBack(output, written, distance, length)
      }
      written += length
    }
    if (position === end && written !== outputEnd) throw corrupt('snappy: the block is shorter than announced')
    if (position < end && written === outputEnd) throw corrupt('snappy: the block is longer than announced')
    this.#position = position
    this.#outputPosition = written
    return written
  }
}

/** The largest size of a block made from `length` bytes. */
export const maxSnappyBlockSize = (length: number): number => 32 + length + Math.floor(length / 6)

/** Compresses `input[start, end)`, at most 64 KiB, as one raw block into `output` at `position`; returns the position behind it. */
export function writeSnappyBlock(input: Buffer, start: number, end: number, output: Buffer, position: number, table: SnappyTable): number {
  let written = writeLength(output, position, end - start)
  const view = new DataView(input.buffer, input.byteOffset, input.length)
  const slots = table.slotsFor(end - start)
  const shift = 32 - Math.log2(slots.length)
  const limit = end - margin
  let emitted = start
  let at = start + 1
  // The longer nothing has been found, the wider the steps: bytes that do not compress cost little.
  let misses = 32
  while (at < limit) {
    const word = view.getInt32(at, true)
    const hash = Math.imul(word, 0x1e35a7bd) >>> shift
    const candidate = start + (slots[hash] ?? 0)
    slots[hash] = at - start
    if (candidate >= at || view.getInt32(candidate, true) !== word) {
      at += misses++ >>> 5
      continue
    }
    let length = 4
    while (at + length < end && input[candidate + length] === input[at + length]) length++
    if (at > emitted) written = writeLiteral(input, emitted, at, output, written)
    written = writeCopy(output, written, at - candidate, length)
    at += length
    emitted = at
    misses = 32
  }
  return emitted < end ? writeLiteral(input, emitted, end, output, written) : written
}

/** The places where four bytes were seen last, by their hash. One table serves all blocks of a call. */
export class SnappyTable {
  #slots = new Uint16Array(0)

  slotsFor(length: number): Uint16Array {
    const bits = Math.min(maxHashBits, Math.max(8, 32 - Math.clz32(length)))
    if (this.#slots.length < 1 << bits) this.#slots = new Uint16Array(1 << bits)
    else this.#slots.fill(0)
    return this.#slots
  }
}

function writeLength(output: Buffer, position: number, length: number): number {
  let next = position
  let rest = length
  for (; rest >= 0x80; rest >>>= 7) output[next++] = (rest & 0x7f) | 0x80
  output[next++] = rest
  return next
}

function writeLiteral(input: Buffer, from: number, to: number, output: Buffer, position: number): number {
  const length = to - from
  let next = position
  if (length <= 60) {
    output[next++] = (length - 1) << 2
  } else if (length <= 0x100) {
    output[next++] = 60 << 2
    output[next++] = length - 1
  } else {
    output[next++] = 61 << 2
    next = output.writeUInt16LE(length - 1, next)
  }
  copyRange(input, from, output, next, length)
  return next + length
}

/** A match may need several copies of up to 64 bytes; none of them may be left with fewer than 4. */
function writeCopy(output: Buffer, position: number, distance: number, matchLength: number): number {
  let next = position
  let length = matchLength
  while (length >= 68) {
    next = writeLongCopy(output, next, distance, 64)
    length -= 64
  }
  if (length > 64) {
    next = writeLongCopy(output, next, distance, 60)
    length -= 60
  }
  if (length >= 12 || distance >= 2048) return writeLongCopy(output, next, distance, length)
  output[next++] = ((distance >>> 8) << 5) | ((length - 4) << 2) | 1
  output[next++] = distance & 0xff
  return next
}

function writeLongCopy(output: Buffer, position: number, distance: number, length: number): number {
  output[position] = ((length - 1) << 2) | 2
  return output.writeUInt16LE(distance, position + 1)
}
