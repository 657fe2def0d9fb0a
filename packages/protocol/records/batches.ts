import type { Buffer } from 'node:buffer'
import { batchSize, lastOffset } from './batch.ts'
import { findFrameProblem } from './batch-checks.ts'

/** Told where each batch of a row lies: `buffer[position, position + size)`. Answering false ends the walk. */
export type BatchVisitor = (position: number, size: number) => boolean | void

/**
 * Goes from batch to batch in `buffer[start, end)`, by their frames; CRCs are not looked at.
 * Returns where it ended: `end` when the row is whole, else the first byte that begins no whole batch (a fetch may cut
 * the last one off, a crash may leave half of one behind), or the batch at which the visitor said stop.
 */
export function walkBatches(buffer: Buffer, start: number, end: number, visit: BatchVisitor): number {
  let position = start
  while (position < end && findFrameProblem(buffer, position, end) === undefined) {
    const size = batchSize(buffer, position)
    if (visit(position, size) === false) return position
    position += size
  }
  return position
}

/** The batches of `buffer[start, end)` as views; a half batch at the end is left out. For tools and tests, not for the hot path. */
export function splitBatches(buffer: Buffer, start = 0, end = buffer.length): Buffer[] {
  const batches: Buffer[] = []
  walkBatches(buffer, start, end, (position, size) => {
    batches.push(buffer.subarray(position, position + size))
  })
  return batches
}

/** Where the first batch begins that holds `offset` or comes after it; −1 when all whole batches of `[start, end)` end before it. */
export function findBatch(buffer: Buffer, start: number, end: number, offset: number): number {
  let found = -1
  walkBatches(buffer, start, end, (position) => {
    if (lastOffset(buffer, position) < offset) return true
    found = position
    return false
  })
  return found
}
