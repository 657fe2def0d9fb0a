import type { ConsumerBatch } from '../batch.ts'
import type { Handed } from '../fetch/reader.ts'
import type { Holder } from '../positions/partition-state.ts'
import { DeliveredBatch } from './delivered-batch.ts'
import type { Ending } from './ending.ts'
import { InTurn } from './in-turn.ts'
import type { LoopHost } from './loop-host.ts'

type Batch = ConsumerBatch<string, unknown, unknown>

/** `batches()`: one batch in hand; asking for the next says that it is processed. */
export class BatchLoop implements AsyncIterableIterator<Batch>, Holder {
  readonly #host: LoopHost
  readonly #signal: AbortSignal | undefined
  readonly #turns = new InTurn()
  #ending: Ending | undefined = undefined
  #hand: Handed | undefined = undefined
  #batch: DeliveredBatch | undefined = undefined
  #isEnded = false

  constructor(host: LoopHost, signal: AbortSignal | undefined) {
    this.#host = host
    this.#signal = signal
  }

  get unfinished(): { readonly offset: number; readonly epoch: number } {
    const { slice, epochBefore } = this.#hand!
    return { offset: slice.firstOffset, epoch: epochBefore }
  }

  get nextOffset(): number {
    return this.#hand!.slice.nextOffset
  }

  next(): Promise<IteratorResult<Batch, undefined>> {
    return this.#turns.run(() => this.#next())
  }

  /** The loop was left: the batch in hand comes again, and whoever waits for one gets none. */
  return(): Promise<IteratorResult<Batch, undefined>> {
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

  async #next(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#isEnded) return { value: undefined, done: true }
    if (this.#ending === undefined) {
      this.#host.begin(this, 'batches()')
      this.#ending = this.#host.ending(this.#signal)
    }
    this.#release(true)
    try {
      // A loop that has begun ends normally with its consumer.
      if (!this.#host.reader.isClosed) this.#host.begin(this, 'batches()')
      const handed = await this.#host.next(this.#ending)
      if (handed !== undefined) {
        this.#hand = handed
        handed.state.holder = this
        this.#batch = new DeliveredBatch(handed, this.#host)
        return { value: this.#batch, done: false }
      }
    } catch (error) {
      await this.#end()
      throw error
    }
    await this.#end()
    return { value: undefined, done: true }
  }

  #release(isProcessed: boolean): void {
    const hand = this.#hand
    // Only asking for the next one says that nobody looks at this one any more.
    if (isProcessed) this.#batch?.leave()
    this.#hand = this.#batch = undefined
    // After a seek, or the loss of the partition, somebody else says where it goes on.
    if (hand === undefined || hand.state.holder !== this) return
    // What the application has committed by itself it has also processed.
    hand.state.holder = undefined
    if (!isProcessed) {
      // The batch that was left stays with the application, which may look into it when its records have come again and gone.
      hand.slice.frame?.keep()
      if (hand.state.committedOffset < hand.slice.nextOffset) hand.state.giveBack(hand.slice, hand.epochBefore)
    }
    this.#host.reader.released(hand.state)
  }

  async #end(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#ending?.forget()
    this.#host.end(this)
    await this.#host.commitFinished()
  }
}
