import type { PartitionInfo, TopicPartition } from '../../partitions.ts'
import { partitionHash } from './java-hash-order.ts'
import { compareText } from './text.ts'

/** All partitions that are to be assigned, each with a number, so that sets and owners of them are arrays. Ascending numbers are by topic, then partition. */
export class PartitionTable {
  readonly topics: readonly string[]
  readonly infos: readonly PartitionInfo[]
  readonly #first = new Map<string, number>()
  readonly #counts = new Map<string, number>()

  constructor(known: ReadonlyMap<string, readonly PartitionInfo[]>) {
    this.topics = [...known.keys()].toSorted(compareText)
    const infos: PartitionInfo[] = []
    for (const topic of this.topics) {
      const partitions = known.get(topic) ?? []
      this.#first.set(topic, infos.length)
      this.#counts.set(topic, partitions.length)
      infos.push(...partitions)
    }
    this.infos = infos
  }

  get size(): number {
    return this.infos.length
  }

  has(topic: string): boolean {
    return this.#first.has(topic)
  }

  countOf(topic: string): number {
    return this.#counts.get(topic) ?? 0
  }

  /** Undefined when there is no such partition. */
  idOf({ topic, partition }: TopicPartition): number | undefined {
    const first = this.#first.get(topic)
    return first === undefined || partition < 0 || partition >= this.countOf(topic) ? undefined : first + partition
  }

  /** The numbers of a topic's partitions. */
  idsOf(topic: string): number[] {
    const first = this.#first.get(topic) ?? 0
    return Array.from({ length: this.countOf(topic) }, (_, partition) => first + partition)
  }

  topicOf(id: number): string {
    return this.infos[id]?.topic ?? ''
  }

  numberOf(id: number): number {
    return this.infos[id]?.partition ?? -1
  }

  partition(id: number): TopicPartition {
    return { topic: this.topicOf(id), partition: this.numberOf(id) }
  }

  hashOf(id: number): number {
    return partitionHash(this.topicOf(id), this.numberOf(id))
  }
}
