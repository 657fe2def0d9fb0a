import { nameOf } from '../../partitions.ts'
import type { Partitions, TopicPartition } from '../../partitions.ts'
import { ClientError } from '../../errors/index.ts'
import type { PrefetchBudget } from '../fetch/prefetch-budget.ts'
import { PartitionState } from './partition-state.ts'

/** The partitions that a consumer has, each with its state. */
export class Assignment implements Iterable<PartitionState> {
  readonly #budget: PrefetchBudget
  readonly #byTopic = new Map<string, Map<number, PartitionState>>()
  #list: readonly PartitionState[] = []
  #numbers = 0
  #revision = 0

  constructor(budget: PrefetchBudget) {
    this.#budget = budget
  }

  /** Changes with each change of the set. */
  get revision(): number {
    return this.#revision
  }

  get size(): number {
    return this.#list.length
  }

  get partitions(): Partitions {
    return this.#list.map(({ topic, partition }) => ({ topic, partition }))
  }

  get topics(): ReadonlySet<string> {
    return new Set(this.#byTopic.keys())
  }

  [Symbol.iterator](): Iterator<PartitionState> {
    return this.#list[Symbol.iterator]()
  }

  find(topic: string, partition: number): PartitionState | undefined {
    return this.#byTopic.get(topic)?.get(partition)
  }

  /** The state of a partition that must be there. `call` is what the user called. */
  get(place: TopicPartition, call: string): PartitionState {
    const state = this.find(place.topic, place.partition)
    if (state !== undefined) return state
    throw new ClientError('ODRADEK_STATE', `${call}: ${nameOf(place)} is not assigned to this consumer`, {
      hint:
        this.size === 0
          ? 'Nothing is assigned yet; wait for the first records, or for onPartitionsAssigned.'
          : 'assignment() tells what is.',
    })
  }

  /** Those of the list that are there. */
  among(partitions: Partitions): readonly PartitionState[] {
    return partitions.flatMap(({ topic, partition }) => this.find(topic, partition) ?? [])
  }

  /** Adds partitions, each with a number of its own; those that are there stay as they are. Gives the new ones. */
  add(partitions: Partitions): readonly PartitionState[] {
    const added: PartitionState[] = []
    for (const place of partitions) {
      if (this.find(place.topic, place.partition) !== undefined) continue
      const state = new PartitionState(place, ++this.#numbers, this.#budget)
      let topic = this.#byTopic.get(place.topic)
      if (topic === undefined) this.#byTopic.set(place.topic, (topic = new Map()))
      topic.set(place.partition, state)
      added.push(state)
    }
    this.#changed()
    return added
  }

  /** Takes partitions away; whoever holds their states sees that they are gone. */
  remove(states: Iterable<PartitionState>, reason: unknown): void {
    for (const state of states) {
      const topic = this.#byTopic.get(state.topic)
      if (topic?.get(state.partition) !== state) continue
      topic.delete(state.partition)
      if (topic.size === 0) this.#byTopic.delete(state.topic)
      state.end(reason)
    }
    this.#changed()
  }

  #changed(): void {
    this.#list = [...this.#byTopic.values()].flatMap((topic) => [...topic.values()])
    this.#revision++
  }
}
