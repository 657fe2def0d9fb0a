import type { Buffer } from 'node:buffer'

/**
 * Varints are read in two steps, the value and then the place behind it, since a function can only return one number
 * without making an object. Both are small enough to be inlined, and nearly all varints of a record have one byte
 * or two.
 *
 * Neither looks at bounds: bytes behind the buffer count as 0, and whoever reads records notices by their lengths.
 * A varint of more than five bytes (ten for a varlong) gives NaN, which no comparison of a length lets through.
 */
export function varintAt(buffer: Buffer, position: number): number {
  const first = buffer[position]!
  if (!(first >= 0x80)) return (first >>> 1) ^ -(first & 1)
  const second = buffer[position + 1]!
  if (second >= 0x80) return longVarintAt(buffer, position)
  const value = (first & 0x7f) | (second << 7)
  return (value >>> 1) ^ -(value & 1)
}

/** A varlong as a number; NaN beyond ±2^52, where not every number exists. */
export function varlongAt(buffer: Buffer, position: number): number {
  const first = buffer[position]!
  if (!(first >= 0x80)) return (first >>> 1) ^ -(first & 1)
  const second = buffer[position + 1]!
  if (second >= 0x80) return longVarlongAt(buffer, position)
  const value = (first & 0x7f) | (second << 7)
  return (value >>> 1) ^ -(value & 1)
}

/** The position behind the varint or varlong at `position`. */
export function afterVarint(buffer: Buffer, position: number): number {
  let at = position
  while (buffer[at]! >= 0x80) at++
  return at + 1
}

function longVarintAt(buffer: Buffer, position: number): number {
  let value = 0
  for (let i = 0; i < 5; i++) {
    const byte = buffer[position + i]!
    value |= (byte & 0x7f) << (7 * i)
    // Not `byte < 0x80`: behind the buffer there is undefined.
    if (!(byte >= 0x80)) return (value >>> 1) ^ -(value & 1)
  }
  return Number.NaN
}

function longVarlongAt(buffer: Buffer, position: number): number {
  let value = 0
  for (let i = 0, factor = 1; i < 10; i++, factor *= 0x80) {
    const byte = buffer[position + i]!
    value += (byte & 0x7f) * factor
    if (!(byte >= 0x80)) return unzigzag(value)
  }
  return Number.NaN
}

function unzigzag(value: number): number {
  if (!Number.isSafeInteger(value)) return Number.NaN
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
