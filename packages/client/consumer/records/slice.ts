import type { Bytes } from '../../bytes.ts'
import { ClientError } from '../../errors/index.ts'
import { afterVarint, varintAt } from '@odradek/protocol/records'
import { LazyRecord } from './lazy-record.ts'
import type { OpenedBatch } from './opened-batch.ts'

/** Records of one opened batch, one behind the other; their lengths were checked. */
export interface Segment {
  readonly batch: OpenedBatch
  /** Where the first of them begins. */
  readonly start: number
  readonly count: number
}

/** Says when the bytes of records may be used for something else. */
export interface Lease {
  readonly isOver: boolean
}

export function leaseIsOver(): ClientError {
  return new ClientError('ODRADEK_STATE', 'This batch was read with cursor(), and its memory is used again', {
    hint: 'Finish with a cursor before asking for the next batch, or iterate the batch itself; detach() what must be kept.',
  })
}

/** Goes through the records of segments: a new object each, or the same again and again. */
export class SliceIterator implements IterableIterator<LazyRecord> {
  readonly #segments: readonly Segment[]
  readonly #reused: LazyRecord | undefined
  readonly #lease: Lease | undefined
  #next = 0
  #batch: OpenedBatch | undefined = undefined
  #left = 0
  #position = 0
  #last = 0

  constructor(segments: readonly Segment[], reused: LazyRecord | undefined, lease?: Lease) {
    this.#segments = segments
    this.#reused = reused
    this.#lease = lease
  }

  next(): IteratorResult<LazyRecord, undefined> {
    const record = this.step()
    return record === undefined ? { value: undefined, done: true } : { value: record, done: false }
  }

  /** The same without a result around it. */
  step(): LazyRecord | undefined {
    if (this.#lease?.isOver === true) throw leaseIsOver()
    if (this.#left === 0 && !this.#open()) return undefined
    const batch = this.#batch!
    const start = this.#position
    this.#left--
    this.#last = start
    this.#position = afterVarint(batch.buffer, start) + varintAt(batch.buffer, start)
    if (this.#reused === undefined) return new LazyRecord(batch, start)
    this.#reused.moveTo(batch, start)
    return this.#reused
  }

  /** What has not been taken; `withLast`: the record taken last is part of it. */
  rest(withLast: boolean): { readonly segments: readonly Segment[]; readonly count: number } {
    const later = this.#segments.slice(this.#next)
    const batch = this.#batch
    const count = this.#left + (withLast && batch !== undefined ? 1 : 0)
    const segments =
      count === 0 || batch === undefined ? later : [{ batch, start: withLast ? this.#last : this.#position, count }, ...later]
    return { segments, count: segments.reduce((sum, segment) => sum + segment.count, 0) }
  }

  [Symbol.iterator](): this {
    return this
  }

  #open(): boolean {
    const segment = this.#segments[this.#next]
    if (segment === undefined) return false
    this.#next++
    this.#batch = segment.batch
    this.#left = segment.count
    this.#position = segment.start
    return true
  }
}

/** The payloads of one part, for serdes that must prepare. */
export function* payloads(segments: readonly Segment[], part: 'rawKey' | 'rawValue'): Generator<Bytes, void, undefined> {
  for (const record of new SliceIterator(segments, undefined)) {
    const bytes = record[part]
    if (bytes !== null) yield bytes
  }
}
