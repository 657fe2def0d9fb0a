/** Limits on what all connections of a broker together may hold. */
export interface PressureLimits {
  /** Requests that started while an earlier one of their connection was in process; each connection may always have one. */
  readonly maxRequests: number
  /** Bytes of requests: read but not started, or in process. */
  readonly maxRequestBytes: number
  /** Bytes of answers that no socket has taken yet. */
  readonly maxResponseBytes: number
}

/** A connection that has to wait until there is less pressure. */
export interface Waiter {
  relieved(): void
}

/**
 * What requests and answers weigh in the whole broker, and who has to wait for whom.
 *
 * Small requests never wait for memory: they are handled where the kernel has put them. So those who fill the memory,
 * by malice or with large batches, slow down each other and nobody's heartbeats.
 */
export class Pressure {
  readonly #limits: () => PressureLimits
  readonly #soon: (action: () => void) => void
  readonly #waiting = new Set<Waiter>()
  #isRelieving = false
  /** The one that may go on although the memory is used up. Else a few half-read requests could wait for each other for ever. */
  #exempt: Waiter | undefined
  #requestBytes = 0
  #responseBytes = 0
  #overlapping = 0

  /** `soon` runs an action when the present one has come to its end. */
  constructor(limits: () => PressureLimits, soon: (action: () => void) => void) {
    this.#limits = limits
    this.#soon = soon
  }

  get requestBytes(): number {
    return this.#requestBytes
  }

  get responseBytes(): number {
    return this.#responseBytes
  }

  /** Requests that started while an earlier one of their connection was in process. */
  get overlappingRequests(): number {
    return this.#overlapping
  }

  /** Connections that are not read because of what others hold. */
  get waiting(): number {
    return this.#waiting.size
  }

  get limits(): PressureLimits {
    return this.#limits()
  }

  /** How much more a large answer may weigh. A fetch gives at least one batch even at 0. */
  get responseRoom(): number {
    return Math.max(0, this.#limits().maxResponseBytes - this.#responseBytes)
  }

  /** May a request of so many bytes start? If not, `waiter` is told when it should ask again. */
  admits(waiter: Waiter, bytes: number, isOverlapping: boolean): boolean {
    const limits = this.#limits()
    const isTooMany = isOverlapping && this.#overlapping >= limits.maxRequests
    const isTooMuch = this.#requestBytes >= limits.maxRequestBytes && (isOverlapping || bytes > smallRequest) && !this.#isExempt(waiter)
    return isTooMany || isTooMuch ? this.#wait(waiter) : true
  }

  /** May a buffer in which a request is gathered grow? If not, `waiter` is told when it should ask again. */
  admitsGrowth(waiter: Waiter, bytes: number): boolean {
    if (this.#requestBytes + bytes <= this.#limits().maxRequestBytes || this.#isExempt(waiter)) return true
    return this.#wait(waiter)
  }

  addRequest(bytes: number, isOverlapping: boolean): void {
    this.#requestBytes += bytes
    if (isOverlapping) this.#overlapping++
  }

  removeRequest(bytes: number, isOverlapping: boolean): void {
    if (isOverlapping) this.#overlapping--
    this.addHeld(-bytes)
  }

  /** Memory that holds what was read changed by so many bytes. */
  addHeld(bytes: number): void {
    this.#requestBytes += bytes
    if (bytes < 0) this.#relieve()
  }

  addResponse(bytes: number): void {
    this.#responseBytes += bytes
  }

  removeResponse(bytes: number): void {
    this.#responseBytes -= bytes
  }

  /** A request of the connection is done: if it was the one that may go on, another one may. */
  eased(waiter: Waiter): void {
    if (this.#exempt !== waiter) return
    this.#exempt = undefined
    this.#relieve()
  }

  /** The connection is closed. */
  forget(waiter: Waiter): void {
    this.#waiting.delete(waiter)
    this.eased(waiter)
  }

  #isExempt(waiter: Waiter): boolean {
    this.#exempt ??= waiter
    return this.#exempt === waiter
  }

  #wait(waiter: Waiter): false {
    this.#waiting.add(waiter)
    return false
  }

  #relieve(): void {
    if (this.#waiting.size === 0 || this.#isRelieving) return
    if (this.#requestBytes >= this.#limits().maxRequestBytes && this.#exempt !== undefined) return
    this.#isRelieving = true
    this.#soon(() => {
      this.#isRelieving = false
      // Whoever still has to wait puts himself at the end again, so that the order stays.
      const waiting = [...this.#waiting]
      this.#waiting.clear()
      for (const waiter of waiting) waiter.relieved()
    })
  }
}

/** Requests up to this size start also when the memory for requests is used up. */
const smallRequest = 65_536
