/** So many places that were left are kept before the others move up; an array of its own costs less then than they do. */
const leftAtMost = 1024

/** First come, first served. However many wait, to take the first costs the same: `Array.shift` moves all the others, and of these there may be 100 000. */
export class WaitingLine<T> implements Iterable<T> {
  #items: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  get first(): T | undefined {
    return this.#items[this.#head]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined
    if (this.#head === this.#items.length) this.#clear()
    else if (this.#head >= leftAtMost && 2 * this.#head >= this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  /** Empties it, and gives those who were there. */
  takeAll(): readonly T[] {
    const all = [...this]
    this.#clear()
    return all
  }

  *[Symbol.iterator](): Iterator<T> {
    // oxlint-disable-next-line typescript/no-non-null-assertion -- from the head on all places are taken
    for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at]!
  }

  #clear(): void {
    this.#items = []
    this.#head = 0
  }
}
