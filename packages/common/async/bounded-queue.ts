import assert from 'node:assert/strict'
import { Deferred } from './deferred.ts'

/**
 * A queue with a limit between one who makes and one who takes.
 *
 * `offer` never waits: it answers whether there was room, so that the maker can push back. The taker iterates;
 * the iteration ends when the queue was closed and is empty.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly capacity: number
  readonly #items: (T | undefined)[]
  #first = 0
  #length = 0
  #isClosed = false
  #arrival: Deferred<void> | undefined

  constructor(capacity: number) {
    assert(Number.isSafeInteger(capacity) && capacity > 0, `a queue needs room for at least one, not ${capacity}`)
    this.capacity = capacity
    this.#items = []
  }

  get length(): number {
    return this.#length
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** False when the queue is full or closed; the item was not taken then. */
  offer(item: T): boolean {
    if (this.#isClosed || this.#length === this.capacity) return false
    this.#items[(this.#first + this.#length) % this.capacity] = item
    this.#length++
    this.#wake()
    return true
  }

  /** The oldest item, or undefined when there is none now. */
  poll(): T | undefined {
    if (this.#length === 0) return undefined
    const item = this.#items[this.#first]
    this.#items[this.#first] = undefined
    this.#first = (this.#first + 1) % this.capacity
    this.#length--
    return item
  }

  /** Takes nothing more; what is in it can still be taken. */
  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      while (this.#length > 0) {
        const item = this.poll()
        if (item !== undefined) yield item
      }
      if (this.#isClosed) return
      this.#arrival ??= new Deferred<void>()
      await this.#arrival.promise
    }
  }

  #wake(): void {
    this.#arrival?.resolve()
    this.#arrival = undefined
  }
}
