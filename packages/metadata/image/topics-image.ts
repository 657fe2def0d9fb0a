import assert from 'node:assert/strict'
import type { PartitionState } from './partition-state.ts'
import { PersistentMap } from './persistent-map.ts'
import type { TopicImage, TopicRecord } from './topic-image.ts'
import { collisionKey, isInternalTopic } from './topic-names.ts'

/** What a commit did to the keys of one topic. */
export interface TopicKeyChanges {
  /** What `/topics/<id>` now holds: absent when the commit left it alone, undefined when it is gone. */
  readonly record?: TopicRecord | undefined
  readonly partitions: ReadonlyMap<number, PartitionState | undefined>
}

/** A topic before and after a commit; one of them is undefined when it was made or deleted. */
export interface TopicChange {
  readonly before: TopicImage | undefined
  readonly after: TopicImage | undefined
}

/**
 * All topics. A topic is there when its own key is, which a controller writes last and deletes first: partitions of a topic
 * that is still being made, or already deleted, are known here but not shown.
 */
export class TopicsImage {
  static readonly empty = new TopicsImage({
    byId: PersistentMap.empty(),
    idByName: PersistentMap.empty(),
    namesByCollision: PersistentMap.empty(),
    loose: PersistentMap.empty(),
    replicaCounts: new Map(),
    partitionCount: 0,
  })
  readonly #state: State
  #sorted: readonly TopicImage[] | undefined

  private constructor(state: State, sorted?: readonly TopicImage[]) {
    this.#state = state
    this.#sorted = sorted
  }

  get size(): number {
    return this.#state.byId.size
  }

  /** Partitions of all topics. */
  get partitionCount(): number {
    return this.#state.partitionCount
  }

  byId(id: string): TopicImage | undefined {
    return this.#state.byId.get(id)
  }

  byName(name: string): TopicImage | undefined {
    const id = this.#state.idByName.get(name)
    return id === undefined ? undefined : this.#state.byId.get(id)
  }

  /** All topics, sorted by name as code units compare. Sorted when first asked. */
  all(): readonly TopicImage[] {
    this.#sorted ??= Array.from(this.#state.byId.values()).toSorted(byName)
    return this.#sorted
  }

  /** All topics, in no order that means anything. */
  values(): Iterable<TopicImage> {
    return this.#state.byId.values()
  }

  /** A topic whose name metrics could not tell from this one. */
  collidingWith(name: string): string | undefined {
    const key = collisionKey(name)
    return key === undefined ? undefined : this.#state.namesByCollision.get(key)?.[0]
  }

  /** How many replicas a broker has. */
  replicaCount(brokerId: number): number {
    return this.#state.replicaCounts.get(brokerId) ?? 0
  }

  /** After a commit, and what it did to topics that can be seen. Costs by what changed, not by how much there is. */
  with(changes: ReadonlyMap<string, TopicKeyChanges>): { readonly image: TopicsImage; readonly changed: readonly TopicChange[] } {
    const next = new NextTopics(this.#state)
    const changed: TopicChange[] = []
    for (const [id, change] of changes) {
      const before = this.#state.byId.get(id)
      const after = next.partitionsOf(id, before, change)
      if (before !== undefined || after !== undefined) changed.push({ before, after })
    }
    // A name may go from one topic to another in one commit, so all that goes goes first.
    for (const { before } of changed) if (before !== undefined) next.remove(before)
    for (const { after } of changed) if (after !== undefined) next.add(after)
    return { image: new TopicsImage(next.state(), this.#sorted && resorted(this.#sorted, changed)), changed }
  }
}

interface State {
  readonly byId: PersistentMap<TopicImage>
  readonly idByName: PersistentMap<string>
  readonly namesByCollision: PersistentMap<readonly string[]>
  /** By topic id: partitions that no topic shows. */
  readonly loose: PersistentMap<readonly PartitionState[]>
  readonly replicaCounts: ReadonlyMap<number, number>
  readonly partitionCount: number
}

/** The state while it moves on. */
class NextTopics {
  #byId: State['byId']
  #idByName: State['idByName']
  #namesByCollision: State['namesByCollision']
  #loose: State['loose']
  readonly #replicaCounts: Map<number, number>
  #partitionCount: number

  constructor(state: State) {
    this.#byId = state.byId
    this.#idByName = state.idByName
    this.#namesByCollision = state.namesByCollision
    this.#loose = state.loose
    this.#replicaCounts = new Map(state.replicaCounts)
    this.#partitionCount = state.partitionCount
  }

  state(): State {
    return {
      byId: this.#byId,
      idByName: this.#idByName,
      namesByCollision: this.#namesByCollision,
      loose: this.#loose,
      replicaCounts: this.#replicaCounts,
      partitionCount: this.#partitionCount,
    }
  }

  /** The topic that the changed keys make, if any. Partitions that it does not show are kept aside. */
  partitionsOf(id: string, before: TopicImage | undefined, change: TopicKeyChanges): TopicImage | undefined {
    const known = [...(before?.partitions ?? []), ...(this.#loose.get(id) ?? [])]
    const partitions = mergePartitions(known, change.partitions)
    const record = 'record' in change ? change.record : before && recordOf(before)
    const after = record && topicOf(id, record, partitions)
    const loose = partitions.slice(after?.partitions.length ?? 0)
    this.#loose = loose.length === 0 ? this.#loose.without(id) : this.#loose.with(id, loose)
    return after
  }

  remove(topic: TopicImage): void {
    this.#byId = this.#byId.without(topic.id)
    this.#idByName = this.#idByName.without(topic.name)
    this.#collisions(topic.name, (names) => names.filter((name) => name !== topic.name))
    this.#count(topic, -1)
  }

  add(topic: TopicImage): void {
    this.#byId = this.#byId.with(topic.id, topic)
    this.#idByName = this.#idByName.with(topic.name, topic.id)
    this.#collisions(topic.name, (names) => [...names, topic.name])
    this.#count(topic, 1)
  }

  #collisions(name: string, change: (names: readonly string[]) => readonly string[]): void {
    const key = collisionKey(name)
    if (key === undefined) return
    const names = change(this.#namesByCollision.get(key) ?? [])
    this.#namesByCollision = names.length === 0 ? this.#namesByCollision.without(key) : this.#namesByCollision.with(key, names)
  }

  #count(topic: TopicImage, sign: 1 | -1): void {
    this.#partitionCount += sign * topic.partitions.length
    for (const { replicas } of topic.partitions) {
      for (const broker of replicas) this.#replicaCounts.set(broker, (this.#replicaCounts.get(broker) ?? 0) + sign)
    }
  }
}

/** By ascending partition number. */
function mergePartitions(known: readonly PartitionState[], changes: TopicKeyChanges['partitions']): readonly PartitionState[] {
  if (changes.size === 0) return known
  const merged = known.slice()
  let inPlace = true
  for (const [partition, state] of changes) {
    // Mostly a partition changes where it stands, and then nothing has to be sorted.
    if (state !== undefined && merged[partition]?.partition === partition) merged[partition] = state
    else inPlace = false
  }
  return inPlace ? merged : mergeAnyhow(known, changes)
}

function mergeAnyhow(known: readonly PartitionState[], changes: TopicKeyChanges['partitions']): readonly PartitionState[] {
  const byNumber = new Map(known.map((state) => [state.partition, state]))
  for (const [partition, state] of changes) {
    if (state === undefined) byNumber.delete(partition)
    else byNumber.set(partition, state)
  }
  return Array.from(byNumber.values()).toSorted((a, b) => a.partition - b.partition)
}

function topicOf(id: string, record: TopicRecord, partitions: readonly PartitionState[]): TopicImage {
  const shown = partitions.length === record.partitions ? partitions : partitions.slice(0, record.partitions)
  assert(shown.length === record.partitions, `partitions of topic ${record.name} are missing in the metadata store`)
  shown.forEach(({ partition }, index) => {
    assert(partition === index, `partition ${index} of topic ${record.name} is missing in the metadata store`)
  })
  return { id, name: record.name, internal: isInternalTopic(record.name), partitions: shown, revision: record.revision }
}

function recordOf({ name, partitions, revision }: TopicImage): TopicRecord {
  return { name, partitions: partitions.length, revision }
}

/** A sorted list moved on by a few topics, which is cheaper than sorting all again. */
function resorted(sorted: readonly TopicImage[], changed: readonly TopicChange[]): readonly TopicImage[] | undefined {
  if (changed.length > 16) return undefined
  const list = sorted.slice()
  for (const { before } of changed) if (before !== undefined) list.splice(positionOf(list, before.name), 1)
  for (const { after } of changed) if (after !== undefined) list.splice(positionOf(list, after.name), 0, after)
  return list
}

function positionOf(sorted: readonly TopicImage[], name: string): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    const found = sorted[middle]
    if (found !== undefined && found.name < name) from = middle + 1
    else to = middle
  }
  return from
}

function byName(a: TopicImage, b: TopicImage): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
