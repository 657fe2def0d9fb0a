import { TimelineMap } from '@odradek/common/timeline'
import type { Timeline } from '@odradek/common/timeline'
import type { CommittedOffset } from '../group-record.ts'

/** A committed offset, and where its record stands among all: of two the later one counts. */
export interface StoredOffset extends CommittedOffset {
  readonly order: number
}

export type TopicOffsets = TimelineMap<number, StoredOffset>
export type GroupOffsets = TimelineMap<string, TopicOffsets>

/** Committed offsets by group, topic and partition. Nothing empty is kept. */
export class OffsetTable {
  readonly #timeline: Timeline
  readonly #groups: TimelineMap<string, GroupOffsets>

  constructor(timeline: Timeline) {
    this.#timeline = timeline
    this.#groups = new TimelineMap(timeline)
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0
  }

  groupIds(): Iterable<string> {
    return this.#groups.keys()
  }

  /** All offsets of a group, by topic. */
  ofGroup(groupId: string): GroupOffsets | undefined {
    return this.#groups.get(groupId)
  }

  /** The same as far as it is committed; look into it with `getSettled` too. */
  settledOfGroup(groupId: string): GroupOffsets | undefined {
    return this.#groups.getSettled(groupId)
  }

  get(groupId: string, topic: string, partition: number): StoredOffset | undefined {
    return this.#groups.get(groupId)?.get(topic)?.get(partition)
  }

  set(groupId: string, topic: string, partition: number, offset: StoredOffset): void {
    let topics = this.#groups.get(groupId)
    if (topics === undefined) {
      topics = new TimelineMap(this.#timeline)
      this.#groups.set(groupId, topics)
    }
    let partitions = topics.get(topic)
    if (partitions === undefined) {
      partitions = new TimelineMap(this.#timeline)
      topics.set(topic, partitions)
    }
    partitions.set(partition, offset)
  }

  delete(groupId: string, topic: string, partition: number): void {
    const topics = this.#groups.get(groupId)
    const partitions = topics?.get(topic)
    if (topics === undefined || partitions === undefined || !partitions.delete(partition)) return
    if (partitions.size > 0) return
    topics.delete(topic)
    if (topics.size === 0) this.#groups.delete(groupId)
  }

  *all(): Generator<OffsetPlace> {
    for (const [groupId, topics] of this.#groups) {
      for (const [topic, partitions] of topics) {
        for (const [partition, offset] of partitions) yield { groupId, topic, partition, offset }
      }
    }
  }

  countOf(groupId: string): number {
    let count = 0
    for (const partitions of this.#groups.get(groupId)?.values() ?? []) count += partitions.size
    return count
  }

  /** How many offsets there are. */
  count(): number {
    let count = 0
    for (const topics of this.#groups.values()) for (const partitions of topics.values()) count += partitions.size
    return count
  }
}

export interface OffsetPlace {
  readonly groupId: string
  readonly topic: string
  readonly partition: number
  readonly offset: StoredOffset
}
