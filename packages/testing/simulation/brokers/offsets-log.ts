import { Buffer } from 'node:buffer'
import type { CoordinatorEntry, CoordinatorLog, LoadedEntry, LoadedRecord } from '@odradek/coordinator'
import { KafkaError } from '@odradek/protocol'
import { entryType, OffsetCommitEntry } from '@odradek/protocol/entries'
import type { World } from '../world/world.ts'
import type { Coordinators, Seat } from './coordinators.ts'
import { offsetsPartitions } from './coordinators.ts'

export interface AppliedOffset {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

interface Waiting {
  readonly end: number
  readonly epoch: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** One partition of `__consumer_offsets`: replicated as any other, so what was not committed may be lost when its leader goes. */
export class OffsetsPartition {
  readonly #world: World
  readonly #seat: Seat
  readonly #applied: (offset: AppliedOffset) => void
  readonly entries: LoadedRecord[] = []
  #committed = 0
  #waiting: Waiting[] = []

  constructor(seat: Seat, world: World, applied: (offset: AppliedOffset) => void) {
    this.#seat = seat
    this.#world = world
    this.#applied = applied
  }

  append(records: readonly CoordinatorEntry[]): Promise<void> {
    for (const { key, value } of records) {
      const copied = { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }
      this.entries.push({ kind: 'record', offset: this.entries.length, timestamp: this.#world.time.now(), ...copied })
    }
    const { epoch } = this.#seat
    const end = this.entries.length
    return new Promise((resolve, reject) => {
      this.#waiting.push({ end, epoch, resolve, reject })
      this.#replicate()
    })
  }

  /** Offsets that are appended and not committed yet. */
  get underWay(): readonly AppliedOffset[] {
    return this.entries.slice(this.#committed).flatMap(({ key, value }) => offsetIn(key, value) ?? [])
  }

  /** Resolves when all that was appended before is committed. */
  settled(): Promise<void> {
    if (this.#committed === this.entries.length) return Promise.resolve()
    const { epoch } = this.#seat
    return new Promise((resolve, reject) => {
      this.#waiting.push({ end: this.entries.length, epoch, resolve, reject })
    })
  }

  /** Another coordinator, or the same anew: it has all that was committed and perhaps the rest. */
  elected(keepsRest: boolean): void {
    if (!keepsRest) this.entries.length = this.#committed
    const waiting = this.#waiting
    this.#waiting = []
    for (const { reject } of waiting) reject(new KafkaError('NOT_LEADER_OR_FOLLOWER'))
    this.#commit(this.entries.length)
  }

  #replicate(): void {
    const { epoch } = this.#seat
    const end = this.entries.length
    this.#world.time.after(this.#world.plan.replicationMs, () => {
      if (this.#seat.epoch === epoch) this.#commit(end)
    })
  }

  #commit(end: number): void {
    for (; this.#committed < end; this.#committed++) {
      const entry = this.entries[this.#committed]
      const offset = entry === undefined ? undefined : offsetIn(entry.key, entry.value)
      if (offset !== undefined) this.#applied(offset)
    }
    const waiting = this.#waiting
    this.#waiting = waiting.filter((each) => each.end > this.#committed)
    for (const each of waiting) if (each.end <= this.#committed) each.resolve()
  }
}

/** What a record says, if it is about an offset. */
function offsetIn(key: Buffer, value: Buffer | null): AppliedOffset | undefined {
  if (value === null || entryType(key) !== OffsetCommitEntry.type) return undefined
  const { group, topic, partition } = OffsetCommitEntry.decodeKey(key)
  const { offset, leaderEpoch, metadata } = OffsetCommitEntry.decodeValue(value)
  return { group, topic, partition, offset: Number(offset), leaderEpoch, metadata }
}

/** The door through which one broker's group coordinator sees the partitions. */
export function offsetsLogOf(broker: number, partitions: readonly OffsetsPartition[], coordinators: Coordinators): CoordinatorLog {
  return {
    partitionCount: () => offsetsPartitions,
    maxAppendBytes: () => 1_000_000,
    append(partition, records) {
      const found = partitions[partition]
      if (found === undefined || coordinators.groups[partition]?.broker !== broker)
        return Promise.reject(new KafkaError('NOT_LEADER_OR_FOLLOWER'))
      return found.append(records)
    },
    async *load(partition): AsyncGenerator<readonly LoadedEntry[]> {
      await Promise.resolve()
      const found = partitions[partition]
      if (found !== undefined && found.entries.length > 0) yield found.entries.slice()
    },
  }
}
