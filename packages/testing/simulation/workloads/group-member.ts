import { Kafka } from '@odradek/client'
import type { Consumer, ConsumerOptions, Partitions } from '@odradek/client'
import type { SeededRandom } from '@odradek/common/random'
import type { ModelPartition } from '../brokers/model-partition.ts'
import type { GroupChecker } from '../checker/group-checker.ts'
import { Reading } from '../checker/reading.ts'
import type { Delivered } from '../checker/reading.ts'
import type { Simulation } from '../simulation.ts'
import type { ClientProcess } from '../world/client-process.ts'
import { raw } from './raw-topic.ts'
import { quick } from './settings.ts'

interface Batch extends Iterable<Delivered> {
  readonly topic: string
  readonly partition: number
  readonly signal: AbortSignal
}

export interface MemberPlan {
  readonly protocol: 'eager' | 'cooperative' | 'consumer'
  readonly isolation: 'read_committed' | 'read_uncommitted'
  readonly sessionTimeoutMs: number
  readonly instanceId?: string | undefined
  readonly autoCommit: boolean
  readonly maxPollIntervalMs: number
  readonly maxPollRecords: number
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
  readonly #topics: readonly string[]

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
      maxPollRecords: plan.maxPollRecords,
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
    this.#topics = topics
    this.subscribe()
  }

  /** The first time, and after an `unsubscribe`. */
  subscribe(): void {
    this.consumer.subscribe(this.#topics.map(raw), {
      onPartitionsAssigned: (partitions) => this.#assigned(partitions),
      onPartitionsRevoked: (partitions) => this.#gone('revoked', partitions),
      onPartitionsLost: (partitions) => this.#gone('lost', partitions),
    })
  }

  /** As what the member has the partition now: another object each time it gets it, undefined while it has it not. */
  tenure(place: { readonly topic: string; readonly partition: number }): object | undefined {
    const partition = this.#find(place)
    return partition === undefined ? undefined : this.#readings.get(partition)
  }

  /**
   * All of a batch has come. None of it counts when its partition went meanwhile, while the application was at others that came with it:
   * the batch has to say so.
   */
  deliveredAll(batch: Batch, tenure: object | undefined): readonly (readonly [ModelPartition | undefined, number])[] {
    if (tenure !== undefined && this.tenure(batch) !== tenure) {
      this.#simulation.world.sometimes('a partition went while a batch of it waited to be handled')
      if (this.process.isAlive && !batch.signal.aborted)
        this.#simulation.world.violate(
          'signal',
          `${this.name} has a batch of ${batch.topic}-${batch.partition}, which went without a signal`,
        )
      return []
    }
    return [...batch].map((record) => [this.delivered(record), record.offset] as const)
  }

  /** A record has come: is it the one that had to come? */
  delivered(record: Delivered, inAnyOrder = false): ModelPartition | undefined {
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
    reading.delivered(record, inAnyOrder)
    return partition
  }

  /** The next record of the partition is the one at this offset, or the first to be seen behind it. */
  goesOnAt(partition: ModelPartition | undefined, offset: number): void {
    if (partition !== undefined && this.process.isAlive) this.#readings.get(partition)?.seek(offset)
  }

  /** Of all partitions anything may come next. */
  goesOnAnywhere(): void {
    for (const reading of this.#readings.values()) reading.seek(undefined)
  }

  /** Goes back to something that is processed, if the partition is still here. */
  seekBack(partition: ModelPartition | undefined, dice: SeededRandom): void {
    if (partition === undefined || !this.process.isAlive || !this.#readings.has(partition)) return
    const offset = dice.nextInt(this.#checker.processedBelow(partition) + 1)
    this.#simulation.world.note(`${this.name} seeks`, partition.name, offset)
    this.#simulation.world.sometimes('a handler sought')
    this.consumer.seek({ topic: partition.topic, partition: partition.index, offset })
    this.goesOnAt(partition, offset)
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
