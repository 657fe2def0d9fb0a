import { DiskError } from '@odradek/common/disk'
import type { Logger } from '@odradek/common/logging'
import type { Clock, Timer } from '@odradek/common/time'
import type { Log, LogSettings } from '@odradek/log'
import type { ImageDelta, ImageListener, TopicImage } from '@odradek/metadata'
import { KafkaError } from '@odradek/protocol'
import type { BrokerTopicMetrics, TopicMetrics } from '../topic-metrics.ts'
import { Deadlines } from './deadlines.ts'
import { Partition } from './partition.ts'
import type { TopicSettings } from './partition.ts'

/** The log directory, as replicas need it. */
export interface Logs {
  logFor(topicId: string, topic: string, partition: number, settings: () => LogSettings, options: { readonly create: boolean }): Log
  remove(topic: string, partition: number): void
}

export interface ReplicasOptions {
  readonly brokerId: number
  readonly logs: Logs
  readonly settingsOf: (topic: string) => TopicSettings
  readonly clock: Clock
  readonly timer: Timer
  readonly logger: Logger
  readonly metrics: BrokerTopicMetrics
}

/** The cluster's metadata, as replicas follow it. */
export interface FollowedMetadata {
  readonly image: { readonly topics: { values(): Iterable<TopicImage> } }
  onImage(listener: ImageListener): () => void
}

/** Told which partitions this broker begins and ceases to lead; coordinators live by it. */
export interface LeadershipListener {
  elected(topic: string, partition: number, leaderEpoch: number): void
  resigned(topic: string, partition: number): void
  /** After its partitions were resigned. */
  deleted?(topic: string): void
}

/** A topic of which this broker has partitions. */
export class TopicReplicas {
  readonly id: string
  readonly name: string
  readonly internal: boolean
  readonly metrics: TopicMetrics
  /** Of the whole topic, wherever they are. */
  partitionCount = 0
  readonly #partitions: Partition[] = []
  readonly #settingsOf: (topic: string) => TopicSettings
  #settings: TopicSettings | undefined

  constructor(topic: TopicImage, options: Pick<ReplicasOptions, 'settingsOf' | 'metrics'>) {
    this.id = topic.id
    this.name = topic.name
    this.internal = topic.internal
    this.metrics = options.metrics.ofTopic(topic.name)
    this.#settingsOf = options.settingsOf
  }

  /** Worked out once, and anew after a change. */
  get settings(): TopicSettings {
    return (this.#settings ??= this.#settingsOf(this.name))
  }

  settingsChanged(): void {
    this.#settings = undefined
    for (const partition of this.#partitions) partition?.settingsChanged()
  }

  /** Undefined when there is none of this number here. */
  partition(index: number): Partition | undefined {
    return this.#partitions[index]
  }

  get partitions(): readonly Partition[] {
    return this.#partitions
  }

  add(partition: Partition): void {
    this.#partitions[partition.partition] = partition
  }
}

/**
 * All partitions that this broker holds. It follows the cluster image: what the image gives it, it opens, leads and drops.
 */
export class Replicas {
  /** Of everything that waits for a partition. */
  readonly deadlines: Deadlines
  readonly #options: ReplicasOptions
  readonly #byName = new Map<string, TopicReplicas>()
  readonly #byId = new Map<string, TopicReplicas>()
  readonly #listeners: LeadershipListener[] = []

  constructor(options: ReplicasOptions) {
    this.#options = options
    this.deadlines = new Deadlines(options)
  }

  topic(name: string): TopicReplicas | undefined {
    return this.#byName.get(name)
  }

  topicById(id: string): TopicReplicas | undefined {
    return this.#byId.get(id)
  }

  topics(): Iterable<TopicReplicas> {
    return this.#byName.values()
  }

  /** All partitions that this broker holds. */
  *partitions(): Iterable<Partition> {
    for (const topic of this.#byName.values()) for (const partition of topic.partitions) if (partition !== undefined) yield partition
  }

  partition(topic: string, index: number): Partition | undefined {
    return this.#byName.get(topic)?.partition(index)
  }

  /** The partition, or UNKNOWN_TOPIC_OR_PARTITION. */
  require(topic: string, index: number): Partition {
    const partition = this.partition(topic, index)
    if (partition === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
    return partition
  }

  observe(listener: LeadershipListener): void {
    this.#listeners.push(listener)
  }

  /** Takes over what the cluster has, and follows it from then on. */
  follow(metadata: FollowedMetadata): void {
    for (const topic of metadata.image.topics.values()) this.#follow(undefined, topic)
    metadata.onImage((_image, delta) => this.apply(delta))
  }

  /** Follows a change. Deleted topics go first: a new one may have the name of an old one. */
  apply(delta: ImageDelta): void {
    for (const { before, after } of delta.topics) if (before !== undefined && after === undefined) this.#drop(before)
    for (const { before, after } of delta.topics) if (after !== undefined) this.#follow(before, after)
    if (delta.configs.some(({ type }) => type === 'broker')) return this.#defaultsChanged()
    const changed = new Set(delta.configs.filter(({ type }) => type === 'topic').map(({ name }) => name))
    for (const name of changed) this.#byName.get(name)?.settingsChanged()
  }

  /** The broker stops: nothing new begins, long polls are answered, and what was appended is still made safe and answered for. */
  retire(): void {
    for (const partition of this.partitions()) partition.retire('NOT_LEADER_OR_FOLLOWER')
  }

  /** Whoever still waits is sent away. */
  close(): void {
    for (const partition of this.partitions()) partition.close('NOT_LEADER_OR_FOLLOWER')
    this.deadlines.close()
  }

  /** What to answer when work on a partition went wrong. What is no error of Kafka's or of the disk is a bug, and is logged as one. */
  asKafkaError(error: unknown, doing: string): KafkaError {
    if (error instanceof KafkaError) return error
    if (error instanceof DiskError) return new KafkaError('KAFKA_STORAGE_ERROR', error.message, { cause: error })
    this.#options.logger.error(`Failed to ${doing}, which is a bug in the broker`, { error })
    return new KafkaError('UNKNOWN_SERVER_ERROR')
  }

  #follow(before: TopicImage | undefined, after: TopicImage): void {
    const topic = this.#byId.get(after.id) ?? this.#add(after)
    topic.partitionCount = after.partitions.length
    for (const state of after.partitions) {
      if (before?.partitions[state.partition] === state || !state.replicas.includes(this.#options.brokerId)) continue
      const known = topic.partition(state.partition)
      const wasLeader = known?.isLeader ?? false
      if (known === undefined) topic.add(this.#newPartition(topic, state))
      else known.assign(state)
      const leads = state.leader === this.#options.brokerId
      if (leads) this.#tell((listener) => listener.elected(topic.name, state.partition, state.leaderEpoch))
      else if (wasLeader) this.#tell((listener) => listener.resigned(topic.name, state.partition))
    }
  }

  /** Settings of the broker are the defaults of all topics. */
  #defaultsChanged(): void {
    for (const topic of this.#byName.values()) topic.settingsChanged()
  }

  #newPartition(topic: TopicReplicas, state: TopicImage['partitions'][number]): Partition {
    const { brokerId, logs } = this.#options
    return new Partition({
      brokerId,
      topic: topic.name,
      topicId: topic.id,
      partition: state.partition,
      assignment: state,
      openLog: () => logs.logFor(topic.id, topic.name, state.partition, () => topic.settings.log, { create: true }),
      settings: () => topic.settings,
    })
  }

  #add(image: TopicImage): TopicReplicas {
    const topic = new TopicReplicas(image, this.#options)
    this.#byName.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
    return topic
  }

  #drop({ id, name }: TopicImage): void {
    const topic = this.#byId.get(id)
    if (topic === undefined) return
    this.#byId.delete(id)
    this.#byName.delete(name)
    this.#options.metrics.forgetTopic(name)
    for (const partition of topic.partitions) {
      if (partition === undefined) continue
      const { isLeader } = partition
      partition.close('UNKNOWN_TOPIC_OR_PARTITION')
      if (isLeader) this.#tell((listener) => listener.resigned(name, partition.partition))
      this.#options.logs.remove(name, partition.partition)
    }
    this.#tell((listener) => listener.deleted?.(name))
  }

  #tell(what: (listener: LeadershipListener) => void): void {
    for (const listener of this.#listeners) what(listener)
  }
}
