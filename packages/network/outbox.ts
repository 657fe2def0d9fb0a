import type { Buffer } from 'node:buffer'
import type { ReadMemory } from './read-memory.ts'

/** A connection with something to send. */
export interface Sender {
  isInOutbox: boolean
  flush(): void
}

/**
 * Connections whose answers are ready, flushed together when the present event and all that follows from it are done:
 * so all answers that one read, or one flush of the log, gives a connection leave in one write.
 */
export class Outbox {
  readonly #memory: ReadMemory
  readonly #soon: (action: () => void) => void
  #senders: Sender[] = []
  #staging: Buffer | undefined

  /** `soon` runs an action when the present one and its microtasks have come to their end. */
  constructor(memory: ReadMemory, soon: (action: () => void) => void) {
    this.#memory = memory
    this.#soon = soon
  }

  /** Where small pieces of answers are put together. Whoever is flushed may use all of it. */
  get staging(): Buffer {
    this.#staging ??= this.#memory.take(stagingBytes)
    return this.#staging
  }

  /** The staging buffer goes with a write that is not finished; its owner gives it back to the memory later. */
  takeStaging(): Buffer {
    const { staging } = this
    this.#staging = undefined
    return staging
  }

  add(sender: Sender): void {
    if (sender.isInOutbox) return
    sender.isInOutbox = true
    this.#senders.push(sender)
    if (this.#senders.length === 1) this.#soon(this.#flush)
  }

  readonly #flush = (): void => {
    const senders = this.#senders
    this.#senders = []
    for (const sender of senders) {
      sender.isInOutbox = false
      sender.flush()
    }
  }
}

const stagingBytes = 65_536
