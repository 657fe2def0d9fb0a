import { TimelineMap } from '@odradek/common/timeline'
import type { Timeline } from '@odradek/common/timeline'
import type { RecordPosition } from '../../runtime/shard.ts'
import type { OffsetCommitRecord } from '../group-record.ts'
import { OffsetTable } from './offset-table.ts'
import type { GroupOffsets, StoredOffset } from './offset-table.ts'

/**
 * The committed offsets of one partition of `__consumer_offsets`, and those that transactions hold back.
 *
 * A producer commits offsets of its consumer inside a transaction; they count when its commit marker comes, and are
 * forgotten with an abort. Until then a reader who asks for stable offsets is told that there is something coming.
 */
export class OffsetStore {
  readonly #timeline: Timeline
  readonly #committed: OffsetTable
  readonly #pending: TimelineMap<number, OffsetTable>
  /** By group, then by topic and partition: how many transactions hold something back there. */
  readonly #openIn: TimelineMap<string, TimelineMap<string, number>>

  constructor(timeline: Timeline) {
    this.#timeline = timeline
    this.#committed = new OffsetTable(timeline)
    this.#pending = new TimelineMap(timeline)
    this.#openIn = new TimelineMap(timeline)
  }

  replay({ groupId, topic, partition, value }: OffsetCommitRecord, { order, producerId }: RecordPosition): void {
    if (value === null) {
      this.#committed.delete(groupId, topic, partition)
      if (this.hasPending(groupId, topic, partition)) this.#dropPending(groupId, topic, partition)
      return
    }
    const offset: StoredOffset = { ...value, order }
    if (producerId === undefined) {
      this.#committed.set(groupId, topic, partition, offset)
      return
    }
    let table = this.#pending.get(producerId)
    if (table === undefined) {
      table = new OffsetTable(this.#timeline)
      this.#pending.set(producerId, table)
    }
    if (table.get(groupId, topic, partition) === undefined) this.#countOpen(groupId, topic, partition, 1)
    table.set(groupId, topic, partition, offset)
  }

  transactionEnded(producerId: number, committed: boolean): void {
    const table = this.#pending.get(producerId)
    if (table === undefined) return
    this.#pending.delete(producerId)
    for (const { groupId, topic, partition, offset } of table.all()) {
      this.#countOpen(groupId, topic, partition, -1)
      if (!committed) continue
      // A plain commit may have come after it in the log. Compaction keeps the later record of the key, so must we.
      const known = this.#committed.get(groupId, topic, partition)
      if (known === undefined || known.order < offset.order) this.#committed.set(groupId, topic, partition, offset)
    }
  }

  ofGroup(groupId: string): GroupOffsets | undefined {
    return this.#committed.ofGroup(groupId)
  }

  /** As far as it is committed; look into it with `getSettled` too. */
  settledOfGroup(groupId: string): GroupOffsets | undefined {
    return this.#committed.settledOfGroup(groupId)
  }

  /** Whether a transaction holds back an offset of the group there. */
  hasPending(groupId: string, topic: string, partition: number): boolean {
    return this.#openIn.get(groupId)?.has(placeOf(topic, partition)) ?? false
  }

  /** Whether a transaction holds back any offset of the group. */
  hasAnyPending(groupId: string): boolean {
    return this.#openIn.has(groupId)
  }

  /** Topics and partitions in which the group has an offset or will have one when a transaction commits. */
  *places(groupId: string): Generator<{ readonly topic: string; readonly partition: number }> {
    for (const [topic, partitions] of this.#committed.ofGroup(groupId) ?? []) {
      for (const partition of partitions.keys()) yield { topic, partition }
    }
    if (!this.hasAnyPending(groupId)) return
    for (const table of this.#pending.values()) {
      for (const [topic, partitions] of table.ofGroup(groupId) ?? []) {
        for (const partition of partitions.keys()) {
          if (this.#committed.get(groupId, topic, partition) === undefined) yield { topic, partition }
        }
      }
    }
  }

  /** Partitions of one topic in which the group has an offset, or will have one when a transaction commits. */
  partitionsOf(groupId: string, topic: string): ReadonlySet<number> {
    const partitions = new Set(this.#committed.ofGroup(groupId)?.get(topic)?.keys())
    if (!this.hasAnyPending(groupId)) return partitions
    for (const table of this.#pending.values())
      for (const partition of table.ofGroup(groupId)?.get(topic)?.keys() ?? []) partitions.add(partition)
    return partitions
  }

  /** How many offsets a group has. */
  countOf(groupId: string): number {
    return this.#committed.countOf(groupId)
  }

  /** Every group that has offsets, or will have when a transaction commits. */
  groupIds(): ReadonlySet<string> {
    return new Set([...this.#committed.groupIds(), ...this.#openIn.keys()])
  }

  count(): number {
    return this.#committed.count()
  }

  #dropPending(groupId: string, topic: string, partition: number): void {
    for (const [producerId, table] of this.#pending) {
      if (table.get(groupId, topic, partition) === undefined) continue
      table.delete(groupId, topic, partition)
      this.#countOpen(groupId, topic, partition, -1)
      if (table.isEmpty) this.#pending.delete(producerId)
    }
  }

  #countOpen(groupId: string, topic: string, partition: number, change: number): void {
    let places = this.#openIn.get(groupId)
    if (places === undefined) {
      places = new TimelineMap(this.#timeline)
      this.#openIn.set(groupId, places)
    }
    const place = placeOf(topic, partition)
    const count = (places.get(place) ?? 0) + change
    if (count > 0) places.set(place, count)
    else places.delete(place)
    if (places.size === 0) this.#openIn.delete(groupId)
  }
}

function placeOf(topic: string, partition: number): string {
  return `${partition}/${topic}`
}
