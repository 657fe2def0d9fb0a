import type { Buffer } from 'node:buffer'
import {
  BATCH_HEADER_SIZE,
  baseOffset,
  batchSize,
  crcIsValid,
  findFrameProblem,
  lastOffset,
  partitionLeaderEpoch,
} from '@odradek/protocol/records'

/** A piece of a segment's file that was read, and what must hold for the batches in it. */
export interface FileWindow {
  readonly buffer: Buffer
  /** Bytes in the buffer. A batch begins at its first. */
  readonly filled: number
  /** Bytes from there to the end of the segment. */
  readonly left: number
  /** The offset with which the first batch must begin; −1 when that is not known. */
  readonly expectedOffset: number
  /** Whether offsets follow each other without gaps. */
  readonly isGapless: boolean
  /** Epoch of an offset, −1 when unknown. */
  readonly epochAt: (offset: number) => number
}

export interface WantedBatches {
  readonly fromOffset: number
  readonly upToOffset: number
  readonly maxBytes: number
  readonly atLeastOneBatch: boolean
}

export type WindowFindings =
  /** The batches are `buffer[start, end)`; the next one begins with `nextOffset`. */
  | { readonly kind: 'batches'; readonly start: number; readonly end: number; readonly nextOffset: number }
  /** The batch is there, but it is too large or lies above the bound. */
  | { readonly kind: 'none' }
  /** All batches of the segment end before the offset. */
  | { readonly kind: 'past' }
  /** A window of at least `bytes` is needed that begins `at` bytes behind this one. */
  | { readonly kind: 'more'; readonly at: number; readonly expectedOffset: number; readonly bytes: number }
  | { readonly kind: 'corrupt'; readonly at: number; readonly reason: string }

/** Looks for the wanted batches. Nothing is given that does not have the CRC it says, or not the offset and epoch of its place. */
export function findBatches(window: FileWindow, wanted: WantedBatches): WindowFindings {
  const { buffer, filled } = window
  let at = 0
  let before = -1
  let expected = window.expectedOffset
  let start = -1
  for (;;) {
    const problem = at < window.left ? problemAt(window, at, expected) : undefined
    if (at >= window.left || problem !== undefined || at + BATCH_HEADER_SIZE > filled) {
      if (start >= 0) break
      if (at >= window.left) return { kind: 'past' }
      return problem === undefined
        ? { kind: 'more', at, expectedOffset: expected, bytes: BATCH_HEADER_SIZE }
        : { kind: 'corrupt', at, reason: problem }
    }
    const size = batchSize(buffer, at)
    const last = lastOffset(buffer, at)
    if (last >= wanted.fromOffset) {
      const isFirst = start < 0
      // Where there may be gaps, this one may lie in a false end of the batch before.
      if (isFirst && before >= 0 && baseOffset(buffer, at) > wanted.fromOffset && !crcIsValid(buffer, before))
        return { kind: 'corrupt', at: before, reason: 'the CRC does not fit the bytes' }
      const isTooMuch =
        last >= wanted.upToOffset || (at + size > (isFirst ? at : start) + wanted.maxBytes && !(isFirst && wanted.atLeastOneBatch))
      const isWhole = at + size <= filled
      if (isTooMuch || !isWhole || !crcIsValid(buffer, at)) {
        if (!isFirst) break
        if (isTooMuch) return { kind: 'none' }
        if (!isWhole) return { kind: 'more', at, expectedOffset: expected, bytes: size }
        return { kind: 'corrupt', at, reason: 'the CRC does not fit the bytes' }
      }
      if (isFirst) start = at
    }
    before = at
    at += size
    expected = last + 1
  }
  return { kind: 'batches', start, end: at, nextOffset: expected }
}

/** Why what begins at `at` cannot be the next batch; undefined if it can, or if its header is not in the window. */
function problemAt({ buffer, filled, left, isGapless, epochAt }: FileWindow, at: number, expected: number): string | undefined {
  if (left - at < BATCH_HEADER_SIZE) return 'the last batch is cut off'
  if (at + BATCH_HEADER_SIZE > filled) return undefined
  const problem = findFrameProblem(buffer, at, left)
  if (problem !== undefined) return `no whole batch begins there (${problem})`
  const first = baseOffset(buffer, at)
  if (expected >= 0 && (isGapless ? first !== expected : first < expected)) return `offset ${first} comes where ${expected} was expected`
  if (lastOffset(buffer, at) < first) return 'its last offset lies before its first'
  const epoch = partitionLeaderEpoch(buffer, at)
  const known = epochAt(first)
  return known >= 0 && epoch !== known ? `leader epoch ${epoch} comes where ${known} was expected` : undefined
}
