/**
 * A common allowance of bytes, given out in the order of asking. Who does not fit waits until others have let go, and so do all
 * who ask after him, however little they want; somebody may always go on, if need be with more than there is.
 */
export class MemoryQueue {
  readonly maxBytes: number
  readonly #waiting: Waiter[] = []
  #usedBytes = 0
  #claims = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** Bytes that are given out. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Resolves when so many bytes may be used. `first` goes before all who wait: for somebody who has waited before. */
  async claim(bytes: number, { first = false } = {}): Promise<MemoryClaim> {
    if ((first || this.#waiting.length === 0) && this.#fits(bytes)) return this.#give(bytes)
    const { promise, resolve } = Promise.withResolvers<MemoryClaim>()
    const waiter = { bytes, resolve }
    if (first) this.#waiting.unshift(waiter)
    else this.#waiting.push(waiter)
    return promise
  }

  #fits(bytes: number): boolean {
    return this.#claims === 0 || this.#usedBytes + bytes <= this.maxBytes
  }

  #give(bytes: number): MemoryClaim {
    this.#claims++
    this.#usedBytes += bytes
    let held = bytes
    let isOpen = true
    return {
      shrinkTo: (rest) => {
        if (!isOpen || rest >= held) return
        this.#usedBytes -= held - rest
        held = rest
        this.#next()
      },
      release: () => {
        if (!isOpen) return
        isOpen = false
        this.#claims--
        this.#usedBytes -= held
        this.#next()
      },
    }
  }

  #next(): void {
    for (let first = this.#waiting[0]; first !== undefined && this.#fits(first.bytes); first = this.#waiting[0]) {
      this.#waiting.shift()
      first.resolve(this.#give(first.bytes))
    }
  }
}

/** Bytes that somebody may use. */
export interface MemoryClaim {
  /** Gives back what is above `bytes`. */
  shrinkTo(bytes: number): void
  /** Gives back all of it; a second time does nothing. */
  release(): void
}

interface Waiter {
  readonly bytes: number
  readonly resolve: (claim: MemoryClaim) => void
}
