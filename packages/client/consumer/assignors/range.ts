import type { Assignor, AssignorCluster, MemberSubscription } from '../../assignor.ts'
import type { PartitionInfo } from '../../partitions.ts'
import { inHashOrder } from './java-hash-order.ts'
import { inMemberOrder } from './member-order.ts'
import { memberRacks, racksMatter, racksOf } from './racks.ts'
import { subscribedPartitions } from './subscribed-topics.ts'
import { compareText } from './text.ts'

/**
 * Each topic by itself: its partitions are cut into runs, one for each member that subscribes to it, in the order of the members; the
 * first members get one more where it does not divide evenly. So the same numbers of several topics land at the same member.
 *
 * With racks a member first gets partitions that have a replica in its own (KIP-881), within the same counts, and still the same numbers
 * of topics that have the same members and the same number of partitions.
 */
export const range: Assignor = {
  name: 'range',
  protocols: ['eager'],
  assign(cluster, members) {
    const racks = memberRacks(members)
    const known = subscribedPartitions(cluster, members)
    const order = inMemberOrder(members)
    // A set of topics first, then a map of those that are known.
    const subscribed = inHashOrder(inHashOrder(members.keys()).flatMap((member) => members.get(member)?.topics ?? []))
    const topics = inHashOrder(subscribed.filter((topic) => known.has(topic))).map(
      (topic) => new TopicRange(topic, known.get(topic) ?? [], { cluster, members, order, racks }),
    )
    const hasRacks = topics.some((topic) => topic.looksAtRacks)
    if (hasRacks) assignByRack(topics)
    for (const topic of topics) topic.assignRuns(() => true)
    return new Map(
      [...members.keys()].map((member) => {
        const partitions = topics.flatMap((topic) => topic.of(member))
        if (hasRacks) partitions.sort((a, b) => compareText(a.topic, b.topic) || a.partition - b.partition)
        return [member, { partitions }]
      }),
    )
  },
}

interface Group {
  readonly cluster: AssignorCluster
  readonly members: ReadonlyMap<string, MemberSubscription>
  readonly order: readonly string[]
  readonly racks: ReadonlyMap<string, string>
}

/** One topic on its way to its members. */
class TopicRange {
  readonly topic: string
  readonly members: readonly string[]
  readonly looksAtRacks: boolean
  readonly #racks: ReadonlyMap<string, string>
  readonly #replicaRacks: readonly ReadonlySet<string>[]
  readonly #assigned: Map<string, number[]>
  readonly #unassigned: Set<number>
  readonly #least: number
  /** Members that may still get one more than the least. */
  #extras: number

  constructor(topic: string, partitions: readonly PartitionInfo[], { cluster, members, order, racks }: Group) {
    this.topic = topic
    this.members = order.filter((member) => members.get(member)?.topics.includes(topic) === true)
    this.#racks = racks
    this.#assigned = new Map(this.members.map((member) => [member, []]))
    this.#unassigned = new Set(partitions.map(({ partition }) => partition))
    this.#least = Math.floor(partitions.length / this.members.length)
    this.#extras = partitions.length % this.members.length
    const racksHere = new Set(this.members.flatMap((member) => racks.get(member) ?? []))
    this.#replicaRacks = racksHere.size === 0 ? [] : partitions.map((partition) => racksOf(partition, cluster))
    this.looksAtRacks = racksMatter(racksHere, this.#replicaRacks)
  }

  /** Topics with the same key are assigned together. */
  get coPartitioning(): string {
    return JSON.stringify([this.members, this.nearable])
  }

  /** How many partitions can be near to a member: none when no member has a rack. */
  get nearable(): number {
    return this.#replicaRacks.length
  }

  of(member: string) {
    return (this.#assigned.get(member) ?? []).map((partition) => ({ topic: this.topic, partition }))
  }

  /** How many more a member may get. */
  roomOf(member: string): number {
    const has = this.#assigned.get(member)?.length ?? 0
    return Math.max(0, this.#least + (this.#extras > 0 ? 1 : 0) - has)
  }

  isNear(member: string, partition: number): boolean {
    const rack = this.#racks.get(member)
    return rack === undefined || this.#replicaRacks[partition]?.has(rack) === true
  }

  give(member: string, partitions: readonly number[]): void {
    const has = this.#assigned.get(member)
    has?.push(...partitions)
    if (has !== undefined && has.length > this.#least) this.#extras--
    for (const partition of partitions) this.#unassigned.delete(partition)
  }

  assignRuns(may: (member: string, partition: number) => boolean): void {
    for (const member of this.members) {
      if (this.#unassigned.size === 0) return
      const room = this.roomOf(member)
      const run: number[] = []
      for (const partition of this.#unassigned) {
        if (run.length === room) break
        if (may(member, partition)) run.push(partition)
      }
      if (run.length > 0) this.give(member, run)
    }
  }
}

function assignByRack(topics: readonly TopicRange[]): void {
  for (const together of Map.groupBy(topics, ({ coPartitioning }) => coPartitioning).values()) {
    const [first] = together
    if (first === undefined) continue
    if (together.length > 1) assignTogether(first.members, together)
    else if (first.looksAtRacks) first.assignRuns((member, partition) => first.isNear(member, partition))
  }
}

/** A number goes to a member that is near to that partition of all these topics. */
function assignTogether(members: readonly string[], topics: readonly TopicRange[]): void {
  const open = new Set(members)
  const count = topics[0]?.nearable ?? 0
  for (let partition = 0; partition < count; partition++) {
    const near = [...open].find((member) => topics.every((topic) => topic.isNear(member, partition) && topic.roomOf(member) > 0))
    if (near === undefined) continue
    for (const topic of topics) topic.give(near, [partition])
    if (topics.every((topic) => topic.roomOf(near) === 0)) open.delete(near)
    if (open.size === 0) return
  }
}
