import { Buffer } from 'node:buffer'
import { divided, joined } from '../fetch/divided-slice.ts'
import type { Slice } from '../fetch/fetched-data.ts'
import type { Handed } from '../fetch/reader.ts'
import type { Holder, PartitionState } from '../positions/partition-state.ts'
import type { LazyRecord } from '../records/lazy-record.ts'
import { SliceIterator } from '../records/slice.ts'

export type RunOrder = 'partition' | 'key' | 'none'

/** One record in the hands of a handler, or about to be. */
export interface Task {
  readonly lane: RunLane
  readonly record: LazyRecord
  readonly offset: number
  /** Of the record's leader; −1 when unknown. */
  readonly epoch: number
  /** Undefined: waits for no other record. */
  readonly key: string | undefined
  /** Of the state of the lane when it was begun: what is older does not count any more. */
  readonly generation: number
  attempt: number
  /** Monotonic; undefined for a handler that has finished at once. */
  startedMs: number | undefined
  isDone: boolean
}

/**
 * The records of one partition in `run`: which may be begun, which are finished, and so up to where all are.
 *
 * Records 5, 6, 7 and 8 were begun and 6 and 8 are finished: 5 may be committed (nothing before it is missing), and after 5 finishes, 7.
 */
export class RunLane implements Holder {
  readonly #order: RunOrder
  /** The most records that are begun, or wait for their key, beyond the first that is not finished. */
  readonly #maxAhead: number
  #state: PartitionState
  #generation = 0
  #hand: Handed | undefined = undefined
  #iterator: SliceIterator | undefined = undefined
  #left = 0
  /** What the records in the window came in, and perhaps some from before. */
  #slices: Slice[] = []
  /** Begun or waiting, in the order of their offsets; the first is not done. */
  readonly #window: Task[] = []
  /** By key: the task at work, and those that wait for it. */
  readonly #keys = new Map<string, Task[]>()
  readonly #freed: Task[] = []
  #doneOffset = -1
  #doneEpoch = -1
  #nextOffset = -1
  #running = 0
  isQueued = false

  constructor(state: PartitionState, order: RunOrder, maxAhead: number) {
    this.#state = state
    this.#order = order
    this.#maxAhead = maxAhead
  }

  get state(): PartitionState {
    return this.#state
  }

  /** Handlers at work, those for records that are not wanted any more among them. */
  get running(): number {
    return this.#running
  }

  /** Whether the next records of the partition may come. */
  get wantsMore(): boolean {
    return this.#left === 0 && this.#window.length < this.#maxAhead
  }

  get unfinished(): { readonly offset: number; readonly epoch: number } {
    return { offset: this.#doneOffset, epoch: this.#doneEpoch }
  }

  get nextOffset(): number {
    return this.#nextOffset
  }

  /** Whether this is (still) who holds the records of the partition. */
  get isHolding(): boolean {
    return this.#state.holder === this
  }

  /** Whether it still matters what becomes of this record: the partition is here, and was not moved since. */
  isWanted(task: Task): boolean {
    return task.generation === this.#generation && this.isHolding && !this.#state.isLeaving
  }

  /** Takes records that follow those that it has, or begin anew after a seek or a rebalance. */
  admit(handed: Handed): void {
    const { state, slice } = handed
    if (state !== this.#state || !this.isHolding) {
      this.#forget()
      this.#state = state
      this.#doneOffset = slice.firstOffset
      this.#doneEpoch = handed.epochBefore
    }
    slice.frame?.keep()
    this.#slices = this.#slices.filter(({ nextOffset }) => nextOffset > this.#doneOffset)
    this.#slices.push(slice)
    this.#hand = handed
    this.#iterator = new SliceIterator(slice.segments, undefined)
    this.#left = slice.count
    this.#nextOffset = slice.firstOffset
    state.holder = this
  }

  /** The next record that may be begun now. */
  next(): Task | undefined {
    const freed = this.#freed.shift()
    if (freed !== undefined) return this.#begin(freed)
    if (this.#order === 'partition') return this.#running > 0 || this.#left === 0 ? undefined : this.#begin(this.#pull())
    while (this.#left > 0 && this.#window.length < this.#maxAhead) {
      const task = this.#pull()
      if (task.key === undefined) return this.#begin(task)
      const waiting = this.#keys.get(task.key)
      if (waiting === undefined) {
        this.#keys.set(task.key, [])
        return this.#begin(task)
      }
      waiting.push(task)
    }
    return undefined
  }

  /** A handler is done with its record, or gives up on it (`isProcessed` false). */
  finish(task: Task, isProcessed: boolean): void {
    this.#running--
    task.isDone = isProcessed
    this.#freeKey(task)
    if (task.generation !== this.#generation) return
    for (let first = this.#window[0]; first?.isDone === true; first = this.#window[0]) {
      this.#window.shift()
      this.#doneOffset = first.offset + 1
      this.#doneEpoch = first.epoch
    }
    // Behind the last record there may be markers, which nobody has to process.
    const slice = this.#hand?.slice
    if (this.#window.length === 0 && this.#left === 0 && slice !== undefined) {
      this.#doneOffset = slice.nextOffset
      this.#doneEpoch = slice.lastEpoch
    }
  }

  /** Gives up what was not begun, and what begun handlers will say of the rest. The partition goes on from the first record that is not finished. */
  letGo(): void {
    if (this.isHolding) {
      const rest = this.#rest()
      this.#state.holder = undefined
      // While serdes prepare what comes behind it, that would be left out.
      if (rest === undefined || rest.nextOffset !== this.#state.offset) this.#state.rewind(this.#doneOffset, this.#doneEpoch)
      else this.#state.giveBack(rest, this.#doneEpoch)
    }
    this.#forget()
  }

  /** Nothing in it any more: all that came was finished. */
  releaseIfEmpty(): boolean {
    if (this.#left > 0 || this.#window.length > 0 || !this.isHolding) return false
    this.#state.holder = undefined
    return true
  }

  /** All from the first record that is not finished on, so that it need not be fetched again. */
  #rest(): Slice | undefined {
    const slices = this.#slices.filter(({ nextOffset }) => nextOffset > this.#doneOffset)
    if (slices.length === 0) return undefined
    const all = slices.reduce(joined)
    let finished = 0
    for (const { offset } of new SliceIterator(all.segments, undefined)) {
      if (offset >= this.#doneOffset) break
      finished++
    }
    if (finished === 0) return all
    return finished === all.count ? undefined : divided(all, finished)[1]
  }

  #forget(): void {
    this.#generation++
    this.#slices = []
    this.#window.length = 0
    // These had got their key, and never begin: nobody else would get it any more.
    for (const { key } of this.#freed) if (key !== undefined) this.#keys.delete(key)
    this.#freed.length = 0
    this.#left = 0
    this.#iterator = undefined
    this.#hand = undefined
    // Those at work keep their keys until they are done: the next record of a key waits for them.
    for (const waiting of this.#keys.values()) waiting.length = 0
  }

  #pull(): Task {
    const record = this.#iterator!.step()!
    this.#left--
    const { offset } = record
    this.#nextOffset = offset + 1
    const task: Task = {
      lane: this,
      record,
      offset,
      epoch: record.leaderEpoch ?? -1,
      key: this.#order === 'key' ? keyOf(record) : undefined,
      generation: this.#generation,
      attempt: 0,
      startedMs: undefined,
      isDone: false,
    }
    this.#window.push(task)
    return task
  }

  #begin(task: Task): Task {
    this.#running++
    task.attempt = 1
    return task
  }

  #freeKey({ key }: Task): void {
    if (key === undefined) return
    const next = this.#keys.get(key)?.shift()
    if (next === undefined) this.#keys.delete(key)
    else this.#freed.push(next)
  }
}

/** The bytes of the key as text, one character a byte. Records without key wait for nobody. */
function keyOf({ rawKey }: LazyRecord): string | undefined {
  return rawKey === null ? undefined : Buffer.from(rawKey.buffer, rawKey.byteOffset, rawKey.length).latin1Slice(0, rawKey.length)
}
