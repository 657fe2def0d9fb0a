import assert from 'node:assert/strict'
import type { Segment } from './segment.ts'

/** The segments of a log, in the order of their offsets. The last one is the active one, to which is appended. */
export class Segments implements Iterable<Segment> {
  #list: Segment[] = []

  get count(): number {
    return this.#list.length
  }

  get isEmpty(): boolean {
    return this.#list.length === 0
  }

  get first(): Segment {
    return this.at(0)
  }

  get active(): Segment {
    return this.at(this.#list.length - 1)
  }

  at(index: number): Segment {
    const segment = this.#list[index]
    assert(segment !== undefined, 'a log that exists has a segment')
    return segment
  }

  add(segment: Segment): void {
    assert(this.isEmpty || segment.baseOffset > this.active.baseOffset, 'segments are added in the order of their offsets')
    this.#list.push(segment)
  }

  [Symbol.iterator](): Iterator<Segment> {
    return this.#list.values()
  }

  /** The number of the segment in which `offset` lies, if anywhere: the last one that begins at or below it. −1 below the first. */
  indexFor(offset: number): number {
    let low = 0
    let high = this.#list.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.at(middle).baseOffset <= offset) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** Takes out the first `count` and gives them. */
  removeFirst(count: number): Segment[] {
    return this.#list.splice(0, count)
  }

  /** Takes out all from the one with this number on, and gives them. */
  removeFrom(index: number): Segment[] {
    return this.#list.splice(index)
  }

  /** Bytes of all, those included that are still in memory. */
  get size(): number {
    let bytes = 0
    for (const segment of this.#list) bytes += segment.size
    return bytes
  }
}
