import type { Buffer } from 'node:buffer'

/** Below this a loop over the bytes is faster than a call into the runtime. */
const shortRange = 24

/** Copies `length` bytes between two buffers. */
export function copyRange(source: Buffer, from: number, target: Buffer, to: number, length: number): void {
  if (length > shortRange) {
    source.copy(target, to, from, from + length)
    return
  }
  for (let i = 0; i < length; i++) target[to + i] = source[from + i] ?? 0
}

/**
 * Repeats `length` bytes that begin `distance` bytes before `position`. They may overlap with what is written: distance 1
 * repeats one byte. Long runs double what is there already, since one call can copy only what exists before it.
 */
export function copyBack(buffer: Buffer, position: number, distance: number, length: number): void {
  const from = position - distance
  if (length <= shortRange) {
    for (let i = 0; i < length; i++) buffer[position + i] = buffer[from + i] ?? 0
    return
  }
  if (distance >= length) {
    buffer.copyWithin(position, from, from + length)
    return
  }
  if (distance === 1) {
    buffer.fill(buffer[from] ?? 0, position, position + length)
    return
  }
  for (let done = 0; done < length;) {
    const part = Math.min(distance + done, length - done)
    buffer.copyWithin(position + done, from, from + part)
    done += part
  }
}
