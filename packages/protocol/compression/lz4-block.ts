import type { Buffer } from 'node:buffer'
import { copyBack, copyRange } from './back-copy.ts'
import { corrupt } from './compression-error.ts'

const minMatch = 4
/** A block ends with at least this many literals … */
const lastLiterals = 5
/** … and no match begins in its last 12 bytes. */
const matchMargin = 12
const maxDistance = 65_535
const hashBits = 14

/** The largest size of a block made from `length` bytes. */
export const maxLz4BlockSize = (length: number): number => length + Math.floor(length / 255) + 16

/**
 * Inflates the block `input[start, end)` into `output` at `position`; copies may reach back to `windowStart`. Returns the
 * position behind the output, or −1 if that would lie behind `limit`.
 */
export function readLz4Block(
  input: Buffer,
  start: number,
  end: number,
  output: Buffer,
  windowStart: number,
  position: number,
  limit: number,
): number {
  let at = start
  let written = position
  while (at < end) {
    const token = input[at++] ?? 0
    let literals = token >>> 4
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (at === end) throw corrupt('lz4: a length is cut off')
        more = input[at++] ?? 0
      }
    }
    if (literals > end - at) throw corrupt('lz4: a literal is too long')
    if (literals > limit - written) return -1
    copyRange(input, at, output, written, literals)
    at += literals
    written += literals
    // The last sequence has no match.
    if (at === end) return written

    if (end - at < 2) throw corrupt('lz4: a distance is cut off')
    const distance = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8)
    at += 2
    if (distance === 0 || distance > written - windowStart) throw corrupt('lz4: a match begins before the data')
    let length = (token & 15) + minMatch
    if (length === 15 + minMatch) {
      for (let more = 255; more === 255; length += more) {
        if (at === end) throw corrupt('lz4: a length is cut off')
        more = input[at++] ?? 0
      }
    }
    if (length > limit - written) return -1
    copyBack(output, written, distance, length)
    written += length
  }
  throw corrupt('lz4: a block ends with a match')
}

/** Compresses `input[start, end)`, at most 64 KiB, into `output` at `position`; returns the position behind it. `slots` come from `lz4Slots`. */
export function writeLz4Block(input: Buffer, start: number, end: number, output: Buffer, position: number, slots: Uint16Array): number {
  slots.fill(0)
  const view = new DataView(input.buffer, input.byteOffset, input.length)
  const limit = end - matchMargin
  const matchEnd = end - lastLiterals
  let written = position
  let emitted = start
  let at = start + 1
  // The longer nothing has been found, the wider the steps: bytes that do not compress cost little.
  let misses = 64
  while (at < limit) {
    const word = view.getInt32(at, true)
    const hash = Math.imul(word, 0x9e3779b1) >>> (32 - hashBits)
    const candidate = start + (slots[hash] ?? 0)
    slots[hash] = at - start
    if (candidate >= at || at - candidate > maxDistance || view.getInt32(candidate, true) !== word) {
      at += misses++ >>> 6
      continue
    }
    let length = minMatch
    while (at + length < matchEnd && input[candidate + length] === input[at + length]) length++
    written = writeLiterals(input, emitted, at, output, written, length - minMatch)
    written = output.writeUInt16LE(at - candidate, written)
    if (length - minMatch >= 15) written = writeRest(output, written, length - minMatch - 15)
    at += length
    emitted = at
    misses = 64
  }
  return writeLiterals(input, emitted, end, output, written, 0)
}

/** The places where four bytes were seen last, by their hash. One table serves all blocks of a call. */
export const lz4Slots = (): Uint16Array => new Uint16Array(1 << hashBits)

/** The token, with what the match behind the literals adds to it, then the literals. */
function writeLiterals(input: Buffer, from: number, to: number, output: Buffer, position: number, matchCode: number): number {
  const length = to - from
  let next = position
  output[next++] = (Math.min(length, 15) << 4) | Math.min(matchCode, 15)
  if (length >= 15) next = writeRest(output, next, length - 15)
  copyRange(input, from, output, next, length)
  return next + length
}

function writeRest(output: Buffer, position: number, length: number): number {
  let next = position
  let rest = length
  for (; rest >= 255; rest -= 255) output[next++] = 255
  output[next++] = rest
  return next
}
