import type { Handed } from '../fetch/reader.ts'
import type { Holder } from '../positions/partition-state.ts'
import type { LazyRecord } from '../records/lazy-record.ts'
import { SliceIterator } from '../records/slice.ts'
import type { Ending } from './ending.ts'
import { InTurn } from './in-turn.ts'
import type { LoopHost } from './loop-host.ts'

/** So many records are handed out before somebody looks whether others should have a turn; a look costs half a record. */
const recordsBetweenLooks = 16

/** `records()`: one record in hand; asking for the next says that it is processed. */
export class RecordLoop implements AsyncIterableIterator<LazyRecord>, Holder {
  readonly #host: LoopHost
  readonly #signal: AbortSignal | undefined
  readonly #turns = new InTurn()
  #ending: Ending | undefined = undefined
  #hand: Handed | undefined = undefined
  #iterator: SliceIterator | undefined = undefined
  #record: LazyRecord | undefined = undefined
  #handTicket = 0
  #sinceLook = 0
  #isEnded = false

  constructor(host: LoopHost, signal: AbortSignal | undefined) {
    this.#host = host
    this.#signal = signal
  }

  /** All before the record in hand. */
  get unfinished(): { readonly offset: number; readonly epoch: number } {
    const { epochBefore } = this.#hand!
    const record = this.#record!
    return { offset: record.offset, epoch: record.offset === this.#hand!.slice.firstOffset ? epochBefore : (record.leaderEpoch ?? -1) }
  }

  get nextOffset(): number {
    return this.#record!.offset + 1
  }

  next(): Promise<IteratorResult<LazyRecord, undefined>> {
    // While others wait, the iterator is theirs: a record goes to whoever asked first, once.
    if (this.#turns.isBusy) return this.#turns.run(() => this.#next())
    const record = this.#step()
    return record === undefined ? this.#turns.run(() => this.#nextSlice()) : Promise.resolve({ value: record, done: false })
  }

  /** The loop was left: the record in hand comes again, and whoever waits for one gets none. */
  return(): Promise<IteratorResult<LazyRecord, undefined>> {
    this.#ending?.end()
    return this.#turns.run(async () => {
      this.#release(false)
      await this.#end()
      return { value: undefined, done: true }
    })
  }

  /** The consumer closes, or leaves its group, while the application is at work: what it has in hand counts as not processed. */
  letGo(): void {
    this.#release(false)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #next(): Promise<IteratorResult<LazyRecord, undefined>> {
    const record = this.#step()
    return record === undefined ? this.#nextSlice() : { value: record, done: false }
  }

  /** The next record of the slice in hand. */
  #step(): LazyRecord | undefined {
    const iterator = this.#iterator
    if (iterator === undefined || this.#hand!.state.handTicket !== this.#handTicket || this.#ending!.isOver) return undefined
    if (++this.#sinceLook >= recordsBetweenLooks && this.#mustLook()) return undefined
    const record = iterator.step()
    if (record === undefined) return undefined
    this.#record = record
    this.#host.asked()
    return record
  }

  #mustLook(): boolean {
    this.#sinceLook = 0
    return this.#host.reader.mustYield
  }

  async #nextSlice(): Promise<IteratorResult<LazyRecord, undefined>> {
    if (this.#isEnded) return { value: undefined, done: true }
    if (this.#ending === undefined) {
      this.#host.begin(this, 'records()')
      this.#ending = this.#host.ending(this.#signal)
    }
    this.#release(true)
    try {
      // A loop that has begun ends normally with its consumer.
      if (!this.#host.reader.isClosed) this.#host.begin(this, 'records()')
      const handed = await this.#host.next(this.#ending)
      if (handed !== undefined) return { value: this.#take(handed), done: false }
    } catch (error) {
      await this.#end()
      throw error
    }
    await this.#end()
    return { value: undefined, done: true }
  }

  #take(handed: Handed): LazyRecord {
    handed.slice.frame?.keep()
    const iterator = new SliceIterator(handed.slice.segments, undefined)
    const record = iterator.step()!
    this.#hand = handed
    this.#iterator = iterator
    this.#record = record
    this.#handTicket = handed.state.handTicket
    handed.state.holder = this
    return record
  }

  /** Gives back what was not handed out, and the record in hand if it is not processed. */
  #release(wasAskedBehind: boolean): void {
    const hand = this.#hand
    const iterator = this.#iterator
    const record = this.#record
    if (hand === undefined || iterator === undefined || record === undefined) return
    const { state, slice } = hand
    // What the application has committed by itself it has also processed.
    const isProcessed = wasAskedBehind || state.committedOffset > record.offset
    // After a seek, or the loss of the partition, somebody else says where it goes on.
    if (state.holder === this) {
      const { segments, count } = iterator.rest(!isProcessed)
      const { unfinished } = this
      state.holder = undefined
      if (count > 0) {
        const firstOffset = isProcessed ? record.offset + 1 : record.offset
        const epoch = isProcessed ? (record.leaderEpoch ?? -1) : unfinished.epoch
        state.giveBack(
          { segments, count, firstOffset, nextOffset: slice.nextOffset, lastEpoch: slice.lastEpoch, frame: slice.frame },
          epoch,
        )
      }
      this.#host.reader.released(state)
    }
    this.#hand = this.#iterator = this.#record = undefined
  }

  async #end(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#ending?.forget()
    this.#host.end(this)
    await this.#host.commitFinished()
  }
}
