import type { Partitions, RebalanceListener, TopicPartition } from '@odradek/client'
import type { Clock } from '@odradek/common/time'

/** Adds up how long a consumer has no partition at all: from the beginning, or from when it lost the last, until it gets some. */
export class JoinTime implements RebalanceListener {
  readonly #clock: Pick<Clock, 'now'>
  readonly #assigned = new Set<string>()
  #sinceMs: number
  totalMs = 0
  /** Since the last line. */
  roundMs = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
    this.#sinceMs = clock.now()
  }

  readonly onPartitionsAssigned = (partitions: Partitions): void => {
    if (this.#assigned.size === 0) {
      const ms = this.#clock.now() - this.#sinceMs
      this.totalMs += ms
      this.roundMs += ms
    }
    for (const partition of partitions) this.#assigned.add(nameOf(partition))
  }

  readonly onPartitionsRevoked = (partitions: Partitions): void => {
    for (const partition of partitions) this.#assigned.delete(nameOf(partition))
    if (this.#assigned.size === 0) this.#sinceMs = this.#clock.now()
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
