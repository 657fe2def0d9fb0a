import type { Consumer, ConsumerOptions } from '@odradek/client'
import type { OwnedPartition } from './owned-partition.ts'

/** What a consumer reads, and where it begins with each topic for which its group has committed nothing. */
export class Subscriptions {
  readonly #fromBeginning = new Map<string, boolean>()

  add(topics: readonly string[], fromBeginning: boolean): void {
    for (const topic of topics) this.#fromBeginning.set(topic, fromBeginning)
  }

  get topics(): readonly string[] {
    return [...this.#fromBeginning.keys()]
  }

  has(topic: string): boolean {
    return this.#fromBeginning.has(topic)
  }

  /** Where all topics begin alike; those that differ are seen to by `begin`. */
  get autoOffsetReset(): NonNullable<ConsumerOptions['autoOffsetReset']> {
    return [...this.#fromBeginning.values()].includes(true) ? 'earliest' : 'latest'
  }

  /** Of partitions that have just come: those without a committed offset, whose topic differs from the others, begin where their topic does. */
  async begin(consumer: Consumer, added: readonly OwnedPartition[]): Promise<void> {
    if (this.autoOffsetReset === 'latest') return
    const differing = added
      .filter(({ topic }) => this.#fromBeginning.get(topic) === false)
      .map(({ topic, partition }) => ({ topic, partition }))
    if (differing.length === 0) return
    const committed = await consumer.committed(differing)
    const without = differing.filter((_partition, index) => committed[index] === undefined)
    if (without.length > 0) consumer.seekToEnd(without)
  }
}
