import type { Reply } from './connection.ts'

/** A request in process, at its place in the order of its connection. */
export class PendingAnswer {
  /** Size of the request. */
  readonly bytes: number
  readonly mayOverlap: boolean
  /** Whether it started while an earlier one was in process. */
  readonly isOverlapping: boolean
  isDone = false
  reply: Reply | undefined
  next: PendingAnswer | undefined

  constructor(bytes: number, mayOverlap: boolean, isOverlapping: boolean) {
    this.bytes = bytes
    this.mayOverlap = mayOverlap
    this.isOverlapping = isOverlapping
  }
}

/** The requests of one connection that are in process, in the order in which they came and will be answered. */
export class AnswerQueue {
  length = 0
  #first: PendingAnswer | undefined
  #last: PendingAnswer | undefined

  /** Whether a request may start now. Those that may overlap do so among themselves only, so that nothing overtakes a long poll. */
  letsStart(mayOverlap: boolean): boolean {
    return this.#last === undefined || (mayOverlap && this.#last.mayOverlap)
  }

  /** Whether one is in process that waits for events rather than for the disk. */
  get mayWaitLong(): boolean {
    return this.#last !== undefined && !this.#last.mayOverlap
  }

  add(pending: PendingAnswer): void {
    if (this.#last === undefined) this.#first = pending
    else this.#last.next = pending
    this.#last = pending
    this.length++
  }

  /** The first one, if it is done; its answer is the next to leave. */
  takeDone(): PendingAnswer | undefined {
    const first = this.#first
    if (first === undefined || !first.isDone) return undefined
    this.#first = first.next
    if (this.#first === undefined) this.#last = undefined
    this.length--
    return first
  }

  /** Takes all, done or not. */
  takeAll(): readonly PendingAnswer[] {
    const all: PendingAnswer[] = []
    for (let pending = this.#first; pending !== undefined; pending = pending.next) all.push(pending)
    this.#first = this.#last = undefined
    this.length = 0
    return all
  }
}
