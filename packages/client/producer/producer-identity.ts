import type { BatchIdentity } from './producer-batch.ts'

const maxEpoch = 32_767

/** Producer id and epoch of an idempotent or transactional producer; −1 while there is none. */
export class ProducerIdentity implements BatchIdentity {
  readonly isTransactional: boolean
  #producerId = -1
  #producerEpoch = -1

  constructor(isTransactional: boolean) {
    this.isTransactional = isTransactional
  }

  get producerId(): number {
    return this.#producerId
  }

  get producerEpoch(): number {
    return this.#producerEpoch
  }

  get isKnown(): boolean {
    return this.#producerId >= 0
  }

  become(producerId: number, producerEpoch: number): void {
    this.#producerId = producerId
    this.#producerEpoch = producerEpoch
  }

  /** The next epoch (KIP-360). After the last one there is no id until a new one is fetched. */
  bump(): void {
    if (this.#producerEpoch >= maxEpoch) this.become(-1, -1)
    else this.#producerEpoch++
  }
}
