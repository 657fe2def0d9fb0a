import type { TopicPartitions } from '../types/consumer.ts'

interface PausedTopic {
  /** All partitions but the resumed ones; without it the paused ones. */
  isAll: boolean
  readonly paused: Set<number>
  readonly resumed: Set<number>
}

/** What the program has paused. It outlives rebalances: a partition that comes back is still paused. */
export class PausedTopics {
  readonly #topics = new Map<string, PausedTopic>()

  pause(topics: readonly { readonly topic: string; readonly partitions?: readonly number[] | undefined }[]): void {
    for (const { topic, partitions } of topics) {
      const state = this.#state(topic)
      if (partitions === undefined) {
        state.paused.clear()
        state.resumed.clear()
        state.isAll = true
      } else {
        for (const partition of partitions) {
          state.paused.add(partition)
          state.resumed.delete(partition)
        }
      }
    }
  }

  resume(topics: readonly { readonly topic: string; readonly partitions?: readonly number[] | undefined }[]): void {
    for (const { topic, partitions } of topics) {
      const state = this.#state(topic)
      if (partitions === undefined) {
        state.paused.clear()
        state.resumed.clear()
        state.isAll = false
      } else {
        for (const partition of partitions) {
          state.paused.delete(partition)
          if (state.isAll) state.resumed.add(partition)
        }
      }
    }
  }

  isPaused(topic: string, partition: number): boolean {
    const state = this.#topics.get(topic)
    return state !== undefined && ((state.isAll && !state.resumed.has(partition)) || state.paused.has(partition))
  }

  /** Those of an assignment, by topic. */
  among(partitions: Iterable<{ readonly topic: string; readonly partition: number }>): TopicPartitions[] {
    const topics = new Map<string, number[]>()
    for (const { topic, partition } of partitions) {
      if (this.isPaused(topic, partition)) topics.set(topic, [...(topics.get(topic) ?? []), partition])
    }
    return [...topics].map(([topic, paused]) => ({ topic, partitions: paused.toSorted((a, b) => a - b) }))
  }

  #state(topic: string): PausedTopic {
    const state = this.#topics.get(topic) ?? { isAll: false, paused: new Set(), resumed: new Set() }
    this.#topics.set(topic, state)
    return state
  }
}
