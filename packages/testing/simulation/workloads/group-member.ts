import { Kafka } from '@odradek/client'
import type { Consumer, ConsumerOptions, Partitions } from '@odradek/client'
import type { ModelPartition } from '../brokers/model-partition.ts'
import type { GroupChecker } from '../checker/group-checker.ts'
import { Reading } from '../checker/reading.ts'
import type { Delivered } from '../checker/reading.ts'
import type { Simulation } from '../simulation.ts'
import type { ClientProcess } from '../world/client-process.ts'
import { raw } from './raw-topic.ts'
import { quick } from './settings.ts'

export interface MemberPlan {
  readonly protocol: 'eager' | 'cooperative' | 'consumer'
  readonly isolation: 'read_committed' | 'read_uncommitted'
  readonly sessionTimeoutMs: number
  readonly instanceId?: string | undefined
  readonly autoCommit: boolean
  readonly maxPollIntervalMs: number
}

/** One consumer of a group, in a process of its own, and what it is known to have and to have read. */
export class GroupMember {
  readonly process: ClientProcess
  readonly consumer: Consumer
  readonly name: string
  readonly #simulation: Simulation
  readonly #checker: GroupChecker
  readonly #committedOnly: boolean
  readonly #readings = new Map<ModelPartition, Reading>()
  readonly #knowsStable: boolean

  constructor(simulation: Simulation, checker: GroupChecker, topics: readonly string[], plan: MemberPlan) {
    this.#simulation = simulation
    this.#checker = checker
    this.#committedOnly = plan.isolation === 'read_committed'
    this.process = simulation.process(`member-${checker.group}`)
    this.name = this.process.name
    // Before OffsetFetch 7 a commit that is still under way is not waited for.
    this.#knowsStable = simulation.cluster.brokers.every(({ release }) => (release.ranges.get(9)?.maxVersion ?? 0) >= 7)
    const options: ConsumerOptions = {
      groupId: checker.group,
      ...(plan.instanceId === undefined ? {} : { groupInstanceId: plan.instanceId }),
      ...(plan.protocol === 'consumer'
        ? { groupProtocol: 'consumer' }
        : {
            sessionTimeoutMs: plan.sessionTimeoutMs,
            heartbeatIntervalMs: Math.floor(plan.sessionTimeoutMs / 4),
            assignors: plan.protocol === 'cooperative' ? ['cooperative-sticky'] : ['range'],
          }),
      maxPollIntervalMs: plan.maxPollIntervalMs,
      maxPollRecords: 20,
      enableAutoCommit: plan.autoCommit,
      ...(plan.autoCommit ? { autoCommitIntervalMs: 400 } : {}),
      autoOffsetReset: 'earliest',
      isolationLevel: plan.isolation,
      fetchMaxWaitMs: 200,
      maxPartitionFetchBytes: 4_000,
      defaultApiTimeoutMs: 5_000,
    }
    const kafka = new Kafka({ ...quick(simulation), clientId: this.name }, this.process.environment)
    this.consumer = kafka.consumer(options)
    this.consumer.subscribe(topics.map(raw), {
      onPartitionsAssigned: (partitions) => this.#assigned(partitions),
      onPartitionsRevoked: (partitions) => this.#gone('revoked', partitions),
      onPartitionsLost: (partitions) => this.#gone('lost', partitions),
    })
  }

  /** A record has come: is it the one that had to come? */
  delivered(record: Delivered): ModelPartition | undefined {
    if (!this.process.isAlive) return undefined
    const partition = this.#find(record)
    const reading = partition === undefined ? undefined : this.#readings.get(partition)
    if (partition === undefined || reading === undefined) {
      this.#simulation.world.violate(
        'CG2',
        `${this.name} read ${record.topic}-${record.partition}@${record.offset}, and does not have that partition`,
      )
      return undefined
    }
    reading.delivered(record)
    return partition
  }

  processed(partition: ModelPartition | undefined, offset: number): void {
    if (partition !== undefined && this.process.isAlive) this.#checker.processedAt(partition, offset)
  }

  #assigned(partitions: Partitions): void {
    const { world } = this.#simulation
    if (!this.process.isAlive) return
    world.note(`${this.name} assigned`, partitions.map(({ topic, partition }) => `${topic}-${partition}`).join())
    world.sometimes('assigned partitions', partitions.length)
    for (const each of partitions) {
      const partition = this.#find(each)
      if (partition === undefined) continue
      if (this.#readings.has(partition)) world.violate('CG2', `${this.name} got ${partition.name} twice`)
      const committed = this.#checker.committedOf(partition)
      const reading = new Reading({
        world,
        log: this.#simulation.log,
        partition,
        committedOnly: this.#committedOnly,
        who: this.name,
        from: committed,
        floor: this.#knowsStable ? committed : 0,
      })
      this.#readings.set(partition, reading)
    }
    const { memberId, generationId, groupInstanceId } = this.consumer.groupMetadata()
    // A static member that comes back takes over what it had, in the same generation.
    this.#checker.assigned(groupInstanceId ?? memberId, generationId, [...this.#readings.keys()])
  }

  #gone(how: string, partitions: Partitions): void {
    if (!this.process.isAlive) return
    const { world } = this.#simulation
    world.note(`${this.name} ${how}`, partitions.map(({ topic, partition }) => `${topic}-${partition}`).join())
    world.sometimes(`${how} partitions`, partitions.length)
    for (const each of partitions) {
      const partition = this.#find(each)
      if (partition !== undefined && !this.#readings.delete(partition))
        world.violate('CG2', `${this.name} lost ${partition.name} without having it`)
    }
  }

  #find({ topic, partition }: { readonly topic: string; readonly partition: number }): ModelPartition | undefined {
    return this.#simulation.cluster.topics.get(topic)?.partitions[partition]
  }
}
