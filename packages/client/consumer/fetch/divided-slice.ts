import { LazyRecord } from '../records/lazy-record.ts'
import { SliceIterator } from '../records/slice.ts'
import type { Segment } from '../records/slice.ts'
import type { Slice } from './fetched-data.ts'

/** The first `count` records of a slice that has more, and the others behind them. Both look at the frame from now on. */
export function divided(slice: Slice, count: number): readonly [first: Slice, rest: Slice] {
  const { segments, firstOffset, nextOffset, lastEpoch, frame } = slice
  const [head] = segments
  const reused = head === undefined ? undefined : new LazyRecord(head.batch, head.start)
  const iterator = new SliceIterator(segments, reused)
  let last: LazyRecord | undefined
  for (let taken = 0; taken < count; taken++) last = iterator.step()
  const endOffset = last === undefined ? firstOffset : last.offset + 1
  const endEpoch = last?.leaderEpoch ?? -1
  frame?.use()
  const rest = iterator.rest(false)
  return [
    { segments: firstOf(segments, count), count, firstOffset, nextOffset: endOffset, lastEpoch: endEpoch, frame },
    { segments: rest.segments, count: rest.count, firstOffset: endOffset, nextOffset, lastEpoch, frame },
  ]
}

/** Two slices, the second behind the first, as one. Nobody uses their frames again. */
export function joined(first: Slice, second: Slice): Slice {
  first.frame?.keep()
  second.frame?.keep()
  return {
    segments: [...first.segments, ...second.segments],
    count: first.count + second.count,
    firstOffset: first.firstOffset,
    nextOffset: second.nextOffset,
    lastEpoch: second.lastEpoch,
    frame: undefined,
  }
}

function firstOf(segments: readonly Segment[], count: number): readonly Segment[] {
  const taken: Segment[] = []
  let left = count
  for (const segment of segments) {
    if (left === 0) break
    const part = Math.min(left, segment.count)
    taken.push(part === segment.count ? segment : { ...segment, count: part })
    left -= part
  }
  return taken
}
