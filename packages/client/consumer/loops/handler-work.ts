import type { Work } from '../inside.ts'
import type { Task } from './run-lane.ts'

/** Handlers of `run`, until the first of them that does not finish at once: that one it is from then on. */
export class HandlerWork implements Work {
  readonly #leftLater: (task: Task) => void
  #task: Task | undefined = undefined
  /** The handler has asked for the end of its consumer, and is not waited for. */
  isLeft = false

  constructor(leftLater: (task: Task) => void) {
    this.#leftLater = leftLater
  }

  /** Whether a handler goes on in it. */
  get isTaken(): boolean {
    return this.#task !== undefined
  }

  goesOn(task: Task): void {
    this.#task = task
    if (this.isLeft) this.#leftLater(task)
  }

  /** Whatever is begun by it later has nothing to do with a record. */
  end(): void {
    this.#task = undefined
    this.isLeft = true
  }

  left(): void {
    if (this.isLeft) return
    this.isLeft = true
    if (this.#task !== undefined) this.#leftLater(this.#task)
  }
}
