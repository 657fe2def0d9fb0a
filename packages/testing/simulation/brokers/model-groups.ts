import { silentLogger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { ZERO_UUID } from '@odradek/common/bytes'
import type { SeededRandom } from '@odradek/common/random'
import { classicGroupConfig, committedOffsetsConfig, GroupCoordinator } from '@odradek/coordinator'
import type { GroupConfig } from '@odradek/coordinator'
import { configWith } from '@odradek/common/config'
import { OffsetCommitEntry } from '@odradek/protocol/entries'
import type { World } from '../world/world.ts'
import { CommittedOffsets } from './committed-offsets.ts'
import { ConsumerGroup } from './consumer-group.ts'
import type { Coordinators, Seat } from './coordinators.ts'
import type { BrokerIdentity } from './broker-identity.ts'
import type { ModelCluster } from './model-cluster.ts'
import { OffsetsPartition, offsetsLogOf } from './offsets-log.ts'
import type { AppliedOffset } from './offsets-log.ts'

export interface OffsetsObserver {
  offsetCommitted(offset: AppliedOffset): void
}

/**
 * Groups: the classic ones are run by the real coordinator of our broker, on each broker of the model; those of the new protocol by a
 * small model. What they commit is kept here, so that offsets of transactions can be held back.
 */
export class ModelGroups {
  readonly committed = new CommittedOffsets()
  readonly consumerGroups = new Map<string, ConsumerGroup>()
  readonly #world: World
  readonly #cluster: ModelCluster
  readonly #coordinators: Coordinators
  readonly #dice: SeededRandom
  readonly #partitions: readonly OffsetsPartition[]
  readonly #hosts = new Map<number, GroupCoordinator>()
  readonly #config: GroupConfig

  constructor(cluster: ModelCluster, coordinators: Coordinators, world: World, observer: OffsetsObserver) {
    this.#world = world
    this.#cluster = cluster
    this.#coordinators = coordinators
    this.#dice = world.random.fork('groups')
    this.#config = {
      ...configWith({ ...classicGroupConfig, ...committedOffsetsConfig }),
      'group.min.session.timeout.ms': 500,
      'group.initial.rebalance.delay.ms': this.#dice.nextInt(3) === 0 ? 200 : 0,
    }
    this.#partitions = coordinators.groups.map(
      (seat) =>
        new OffsetsPartition(seat, world, (offset) => {
          this.committed.apply(offset)
          observer.offsetCommitted(offset)
        }),
    )
    for (const [partition, seat] of coordinators.groups.entries()) this.#hostOf(seat.broker).elected(partition, seat.epoch)
    coordinators.moved.push((seat, before) => this.#moved(seat, before))
  }

  seatOf(group: string): Seat {
    const partition = this.#hostOf(1).partitionFor(group)
    const seat = this.#coordinators.groups[partition]
    if (seat === undefined) throw new RangeError(`no partition ${partition}`)
    return seat
  }

  /** The real coordinator as it runs on that broker. */
  on(broker: BrokerIdentity): GroupCoordinator {
    return this.#hostOf(broker.id)
  }

  consumerGroup(id: string): ConsumerGroup {
    let group = this.consumerGroups.get(id)
    if (group === undefined) {
      group = new ConsumerGroup(id, this.#world, (topics) =>
        topics.flatMap((name) => this.#cluster.topics.get(name)?.partitions.map(({ topicId, index }) => `${topicId}/${index}`) ?? []),
      )
      this.consumerGroups.set(id, group)
    }
    return group
  }

  /** Commits without asking whether anybody may: what a transaction held back, or a member of the new protocol. */
  write(offsets: readonly AppliedOffset[]): Promise<void> {
    const [first] = offsets
    if (first === undefined) return Promise.resolve()
    const partition = this.#coordinators.groups.indexOf(this.seatOf(first.group))
    const entries = offsets.map(({ group, topic, partition: index, offset, leaderEpoch, metadata }) => ({
      key: OffsetCommitEntry.encodeKey({ group, topic, partition: index }),
      value: OffsetCommitEntry.encodeValue({ offset, leaderEpoch, metadata, commitTimestamp: this.#world.time.now(), topicId: ZERO_UUID }),
    }))
    return this.#partitions[partition]?.append(entries) ?? Promise.resolve()
  }

  /** What is committed, or was written last and soon will be; 0 while there is nothing. */
  lastWritten(group: string, topic: string, partition: number): number {
    const at = this.#partitions[this.#coordinators.groups.indexOf(this.seatOf(group))]
    const written = at?.underWay.findLast((each) => each.group === group && each.topic === topic && each.partition === partition)
    return (written ?? this.committed.get(group, topic, partition))?.offset ?? 0
  }

  /** Resolves when all that was written before in the group's partition is committed; rejects when the coordinator moves. */
  settled(group: string): Promise<void> {
    return this.#partitions[this.#coordinators.groups.indexOf(this.seatOf(group))]?.settled() ?? Promise.resolve()
  }

  /** A transaction has ended: what it held back counts, or is forgotten. Tried until it is written. */
  end(group: string, producerId: number, decision: 'commit' | 'abort', done: () => void): void {
    const finish = (): void => {
      this.committed.release(producerId, group)
      done()
    }
    const held = this.committed.heldBy(producerId, group)
    if (decision === 'abort' || held.length === 0) return finish()
    const attempt = (): void => {
      this.write(held).then(finish, () => this.#world.time.after(20, attempt))
    }
    attempt()
  }

  close(): void {
    for (const host of this.#hosts.values()) host.close()
  }

  #moved(seat: Seat, before: number): void {
    const partition = this.#coordinators.groups.indexOf(seat)
    if (partition < 0) return
    this.#hosts.get(before)?.resigned(partition)
    this.#partitions[partition]?.elected(this.#dice.nextInt(2) === 0)
    const loadsMs = seat.loadedAtMs - this.#world.nowMs
    const { epoch } = seat
    this.#world.time.after(Math.max(0, loadsMs), () => {
      if (seat.epoch !== epoch) return
      this.#hostOf(seat.broker).elected(partition, epoch)
      for (const group of this.consumerGroups.values()) if (this.seatOf(group.id) === seat) group.loaded()
    })
  }

  #hostOf(broker: number): GroupCoordinator {
    let host = this.#hosts.get(broker)
    if (host === undefined) {
      const { time } = this.#world
      host = new GroupCoordinator({
        log: offsetsLogOf(broker, this.#partitions, this.#coordinators),
        clock: time,
        timer: time,
        random: this.#dice.fork(`host/${broker}`),
        logger: silentLogger,
        config: () => this.#config,
        topicIdOf: (topic) => this.#cluster.topics.get(topic)?.id ?? ZERO_UUID,
        metrics: new MetricsRegistry(time),
        memoryBytes: 2 ** 30,
      })
      this.#hosts.set(broker, host)
    }
    return host
  }
}
