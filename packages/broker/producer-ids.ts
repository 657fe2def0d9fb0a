import type { MetadataService, ProducerIdBlock } from '@odradek/metadata'
import type { ProducerIds } from './services.ts'

/**
 * Hands out the ids of a block, and asks for the next one before the block is empty, so that a producer rarely waits for a commit.
 * Ids of a block that are left at a stop are lost, which costs nothing: there are 2^53 of them.
 */
export class BlocksOfProducerIds implements ProducerIds {
  readonly #metadata: Pick<MetadataService, 'allocateProducerIds'>
  #next = 0
  #end = 0
  #coming: Promise<ProducerIdBlock> | undefined

  constructor(metadata: Pick<MetadataService, 'allocateProducerIds'>) {
    this.#metadata = metadata
  }

  async next(): Promise<number> {
    while (this.#next === this.#end) await this.#refill()
    const id = this.#next++
    if (this.#end - this.#next < askWhenLeft) this.#ask().catch(() => undefined)
    return id
  }

  async #refill(): Promise<void> {
    const coming = this.#ask()
    const { first, count } = await coming
    // Of all who waited for this block, the first takes it over.
    if (this.#coming !== coming) return
    this.#coming = undefined
    this.#next = first
    this.#end = first + count
  }

  /** The block that is on its way. After a failure whoever asks next tries again. */
  #ask(): Promise<ProducerIdBlock> {
    if (this.#coming !== undefined) return this.#coming
    const coming = this.#metadata.allocateProducerIds()
    this.#coming = coming
    coming.catch(() => {
      if (this.#coming === coming) this.#coming = undefined
    })
    return coming
  }
}

const askWhenLeft = 100
