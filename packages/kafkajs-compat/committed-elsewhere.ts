import type { TopicOffsets } from './types/offsets.ts'

type Told = (topics: readonly TopicOffsets[]) => void

/** What transactions of a `Kafka` have committed for groups, told to its own consumers of those groups: they need not commit it again. */
export class CommittedElsewhere {
  readonly #listeners = new Map<string, Set<Told>>()

  /** Gives the function that ends it. */
  listen(groupId: string, told: Told): () => void {
    const listeners = this.#listeners.get(groupId) ?? new Set()
    this.#listeners.set(groupId, listeners.add(told))
    return () => {
      listeners.delete(told)
    }
  }

  tell(groupId: string, topics: readonly TopicOffsets[]): void {
    for (const told of this.#listeners.get(groupId) ?? []) told(topics)
  }
}
