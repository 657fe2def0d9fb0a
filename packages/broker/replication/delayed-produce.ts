import type { ErrorName } from '@odradek/protocol'
import { Deadline } from './deadlines.ts'
import type { Deadlines } from './deadlines.ts'
import type { OffsetWaiter, OffsetWaiters } from './offset-waiters.ts'

/**
 * A request whose records are in the log, and which is answered when they are safe in each of its partitions.
 *
 * One promise and one deadline a request, one small object a partition.
 */
export class DelayedProduce extends Deadline {
  readonly #deadlines: Deadlines
  readonly #waiting: PartitionWaiter[] = []
  #unsettled = 0
  #isOver = false
  #settled: (() => void) | undefined

  constructor(deadlines: Deadlines) {
    super()
    this.#deadlines = deadlines
  }

  /** Whether any partition has still to be waited for. */
  get pending(): boolean {
    return this.#unsettled > 0
  }

  /** Waits in `waiters` until their mark is above `offset`; `answer` learns of a failure. */
  waitFor(waiters: OffsetWaiters, offset: number, answer: Failable): void {
    if (this.#isOver) return answer.fail('REQUEST_TIMED_OUT')
    const waiter = new PartitionWaiter(offset, answer, this)
    this.#waiting.push(waiter)
    this.#unsettled++
    waiters.add(waiter)
  }

  /** One more partition that is not settled before `partitionSettled` is called for it: its batch is not in the log yet. */
  hold(): void {
    this.#unsettled++
  }

  /** Resolves with `answer` when the last partition is settled; never rejects. */
  settled<Answer>(answer: Answer): Promise<Answer> {
    if (!this.pending) return Promise.resolve(answer)
    return new Promise((resolve) => {
      this.#settled = () => resolve(answer)
    })
  }

  /** Partitions that are not settled after `timeoutMs` fail with REQUEST_TIMED_OUT; their records stay in the log. */
  expireAfter(timeoutMs: number): void {
    if (this.pending) this.#deadlines.add(this, timeoutMs)
  }

  override expired(): void {
    this.#isOver = true
    for (const waiter of this.#waiting) {
      if (waiter.waitsIn === undefined) continue
      waiter.waitsIn.remove(waiter)
      waiter.reached('REQUEST_TIMED_OUT')
    }
  }

  /** One partition is settled. */
  partitionSettled(): void {
    this.#unsettled--
    if (this.pending) return
    this.#deadlines.remove(this)
    this.#settled?.()
  }
}

/** Where a partition's failure is noted. */
export interface Failable {
  fail(error: ErrorName): void
}

class PartitionWaiter implements OffsetWaiter {
  readonly offset: number
  readonly #answer: Failable
  readonly #request: DelayedProduce
  before: OffsetWaiter | undefined
  after: OffsetWaiter | undefined
  waitsIn: OffsetWaiters | undefined

  constructor(offset: number, answer: Failable, request: DelayedProduce) {
    this.offset = offset
    this.#answer = answer
    this.#request = request
  }

  reached(error: ErrorName | undefined): void {
    if (error !== undefined) this.#answer.fail(error)
    this.#request.partitionSettled()
  }
}
