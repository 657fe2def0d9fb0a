import type { Buffer } from 'node:buffer'

const high = 2 ** 32

/**
 * The 64-bit integer at `position` as a number: exact up to ±2^53, the nearest double beyond.
 * Two halves and no BigInt, which costs ten times as much. Bounds are the caller's business.
 */
export function int64At(buffer: Uint8Array, position: number): number {
  return int32At(buffer, position) * high + (int32At(buffer, position + 4) >>> 0)
}

/** The same with every bit: a bigint where a number would not be exact. */
export function exactInt64At(buffer: Buffer, position: number): number | bigint {
  const value = int64At(buffer, position)
  return Number.isSafeInteger(value) ? value : buffer.readBigInt64BE(position)
}

/**
 * Writes a whole number as 64 bits. A double of 2^63 or more becomes 2^63 − 1, so that the largest long of Java, read
 * as a number, is written back as it was.
 */
export function putInt64(buffer: Uint8Array, position: number, value: number): void {
  if (value >= 2 ** 63) {
    putInt32(buffer, position, 0x7fff_ffff)
    putInt32(buffer, position + 4, -1)
    return
  }
  const upper = Math.floor(value / high)
  putInt32(buffer, position, upper)
  putInt32(buffer, position + 4, value - upper * high)
}

/** The 32-bit integer at `position`, big endian, signed. */
export function int32At(buffer: Uint8Array, position: number): number {
  // Typed arrays are read without `?? 0`: callers have checked the bounds, and undefined is 0 in a shift.
  return (buffer[position]! << 24) | (buffer[position + 1]! << 16) | (buffer[position + 2]! << 8) | buffer[position + 3]!
}

/** Writes the lower 32 bits of `value`. */
export function putInt32(buffer: Uint8Array, position: number, value: number): void {
  buffer[position] = value >>> 24
  buffer[position + 1] = value >>> 16
  buffer[position + 2] = value >>> 8
  buffer[position + 3] = value
}
