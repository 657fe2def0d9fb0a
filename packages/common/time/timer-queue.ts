import type { Cancellable } from './timer.ts'

/** Actions by the time at which they are due; among those of one time, the one asked for first comes first. */
export class TimerQueue {
  readonly #heap: QueuedAction[] = []
  #asked = 0
  #cancelled = 0

  /** Actions that wait and have not been called off. */
  get size(): number {
    return this.#heap.length - this.#cancelled
  }

  /** When the next action is due; undefined when none waits. */
  get nextDueMs(): number | undefined {
    this.#dropCancelled()
    return this.#heap[0]?.dueMs
  }

  add(dueMs: number, action: () => void): Cancellable {
    const queued = new QueuedAction(dueMs, this.#asked++, action, () => this.#cancelled++)
    this.#heap.push(queued)
    this.#rise(this.#heap.length - 1)
    return queued
  }

  /** Takes the next action off the queue if it is due at `nowMs`. */
  takeDue(nowMs: number): (() => void) | undefined {
    this.#dropCancelled()
    const first = this.#heap[0]
    if (first === undefined || first.dueMs > nowMs) return undefined
    this.#removeFirst()
    return first.take()
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.cancelled) {
      this.#removeFirst()
      this.#cancelled--
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink(0)
  }

  #rise(index: number): void {
    for (let child = index; child > 0;) {
      const parent = (child - 1) >> 1
      if (!this.#swapIfBefore(child, parent)) return
      child = parent
    }
  }

  #sink(index: number): void {
    for (let parent = index; ;) {
      const left = 2 * parent + 1
      const right = left + 1
      if (left >= this.#heap.length) return
      const child = right < this.#heap.length && this.#before(right, left) ? right : left
      if (!this.#swapIfBefore(child, parent)) return
      parent = child
    }
  }

  #before(a: number, b: number): boolean {
    const first = this.#heap[a]
    const second = this.#heap[b]
    if (first === undefined || second === undefined) return false
    return first.dueMs < second.dueMs || (first.dueMs === second.dueMs && first.order < second.order)
  }

  #swapIfBefore(child: number, parent: number): boolean {
    if (!this.#before(child, parent)) return false
    const lower = this.#heap[child]
    const upper = this.#heap[parent]
    if (lower === undefined || upper === undefined) return false
    this.#heap[child] = upper
    this.#heap[parent] = lower
    return true
  }
}

class QueuedAction implements Cancellable {
  readonly dueMs: number
  readonly order: number
  #action: (() => void) | undefined
  readonly #onCancel: () => void

  constructor(dueMs: number, order: number, action: () => void, onCancel: () => void) {
    this.dueMs = dueMs
    this.order = order
    this.#action = action
    this.#onCancel = onCancel
  }

  get cancelled(): boolean {
    return this.#action === undefined
  }

  cancel(): void {
    if (this.#action === undefined) return
    this.#action = undefined
    this.#onCancel()
  }

  take(): (() => void) | undefined {
    const action = this.#action
    this.#action = undefined
    return action
  }
}
