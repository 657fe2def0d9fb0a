import { framePool } from '../../cluster/frame-pool.ts'

/**
 * The bytes of one answer, and who still looks at them: data that was not taken yet, batches in the hands of the application.
 *
 * When the last one is done the frame is used again, unless somebody has got something that may keep a view of it: a record, a key. Nobody has to be
 * done with it: a frame that is forgotten goes to the garbage collector.
 */
export class AnswerFrame {
  readonly bytes: ArrayBufferLike
  #users = 0
  #isKept = false

  constructor(bytes: ArrayBufferLike) {
    this.bytes = bytes
  }

  use(): void {
    this.#users++
  }

  done(): void {
    this.#users--
    if (this.#users === 0 && !this.#isKept) framePool.giveBack(this.bytes)
  }

  /** Somebody may look at it for as long as he likes. */
  keep(): void {
    this.#isKept = true
  }
}
