import { randomUuid } from '@odradek/common/bytes'
import { UserError } from '@odradek/common/errors'
import type { Random } from '@odradek/common/random'
import { KafkaError } from '@odradek/protocol'
import { alterConfigs, incrementalAlterConfigs } from './controller/alter-configs.ts'
import type { FullAlteration, IncrementalAlteration } from './controller/alter-configs.ts'
import { brokerGone, registerBroker, startControlledShutdown, unfenceBroker } from './controller/broker-lifecycle.ts'
import type { RegisterBrokerCommand } from './controller/broker-lifecycle.ts'
import type { ConfigRules } from './controller/config-rules.ts'
import { createPartitions } from './controller/create-partitions.ts'
import type { CreatePartitionsCommand, GrownTopic } from './controller/create-partitions.ts'
import { createTopics } from './controller/create-topics.ts'
import type { CreatedTopic, CreateTopicsCommand } from './controller/create-topics.ts'
import type { Decision, DecisionContext } from './controller/decision.ts'
import { deleteTopics } from './controller/delete-topics.ts'
import type { DeletedTopic, TopicReference } from './controller/delete-topics.ts'
import { electLeaders } from './controller/elect-leaders.ts'
import type { ElectedTopic, ElectLeadersCommand } from './controller/elect-leaders.ts'
import { foundCluster, metadataFormat } from './controller/found-cluster.ts'
import type { Outcome } from './controller/outcome.ts'
import { allocateProducerIds } from './controller/producer-ids.ts'
import type { ProducerIdBlock } from './controller/producer-ids.ts'
import type { ControllerSettings } from './controller/settings.ts'
import { updateFeatures } from './controller/update-features.ts'
import type { UpdateFeaturesCommand } from './controller/update-features.ts'
import { DecisionQueue } from './decision-queue.ts'
import { ImageFollower } from './image-follower.ts'
import type { ImageListener } from './image-follower.ts'
import type { ClusterImage } from './image/cluster-image.ts'
import type { MetadataStore } from './store.ts'

export interface MetadataServiceOptions {
  readonly store: MetadataStore
  readonly random: Random
  /** Asked for each decision: settings may change while the broker runs. */
  readonly settings: () => ControllerSettings
  readonly rules: ConfigRules
  readonly cluster: {
    /** The id that the log directories carry. A new cluster takes it, or a random one; an old one must have it. */
    readonly clusterId?: string
    /** Levels at which a new cluster begins. */
    readonly features: ReadonlyMap<string, number>
  }
}

/**
 * The cluster's metadata as a broker sees and changes it.
 *
 * `image` is what holds now. Whoever changes something is answered when `image` has the change and everybody who listens
 * knows of it. With one node the decisions are made here; with many, by the broker that is the controller.
 */
export class MetadataService implements AsyncDisposable {
  readonly #store: MetadataStore
  readonly #follower: ImageFollower
  readonly #queue: DecisionQueue

  /** Founds the cluster in an empty store. Throws a `UserError` when the store belongs to another cluster or a newer program. */
  static async open(options: MetadataServiceOptions): Promise<MetadataService> {
    const follower = await ImageFollower.start(options.store)
    const service = new MetadataService(options, follower)
    const { clusterId = randomUuid(options.random), features } = options.cluster
    await service.#queue.submit((context) => foundCluster(context, clusterId, features))
    checkIdentity(service.image, options.cluster.clusterId)
    return service
  }

  private constructor(options: MetadataServiceOptions, follower: ImageFollower) {
    const { store, random, rules, settings } = options
    this.#store = store
    this.#follower = follower
    this.#queue = new DecisionQueue(store, follower, (image) => ({ image, settings: settings(), rules, random }))
  }

  get image(): ClusterImage {
    return this.#follower.image
  }

  /** The listener is called with each new image, before whoever made the change is answered. Returns a function that ends it. */
  onImage(listener: ImageListener): () => void {
    return this.#follower.onImage(listener)
  }

  /** Resolves when the image has come to a revision of the store. */
  reached(revision: number): Promise<void> {
    return this.#follower.reached(revision)
  }

  createTopics(command: CreateTopicsCommand): Promise<readonly CreatedTopic[]> {
    return this.#decide((context) => createTopics(context, command), command.validateOnly)
  }

  deleteTopics(topics: readonly TopicReference[]): Promise<readonly DeletedTopic[]> {
    return this.#decide((context) => deleteTopics(context, topics))
  }

  createPartitions(command: CreatePartitionsCommand): Promise<readonly GrownTopic[]> {
    return this.#decide((context) => createPartitions(context, command), command.validateOnly)
  }

  incrementalAlterConfigs(alterations: readonly IncrementalAlteration[], validateOnly: boolean): Promise<readonly Outcome[]> {
    return this.#decide((context) => incrementalAlterConfigs(context, alterations, validateOnly), validateOnly)
  }

  alterConfigs(alterations: readonly FullAlteration[], validateOnly: boolean): Promise<readonly Outcome[]> {
    return this.#decide((context) => alterConfigs(context, alterations, validateOnly), validateOnly)
  }

  updateFeatures(command: UpdateFeaturesCommand): Promise<Outcome> {
    return this.#decide((context) => updateFeatures(context, command), command.validateOnly)
  }

  electLeaders(command: ElectLeadersCommand): Promise<readonly ElectedTopic[]> {
    return this.#decide((context) => electLeaders(context, command))
  }

  /** The next block of producer ids, for the caller alone. */
  async allocateProducerIds(): Promise<ProducerIdBlock> {
    const answer = await this.#decide(allocateProducerIds)
    if ('error' in answer) throw new KafkaError(answer.error, answer.message ?? undefined)
    return answer
  }

  /** Resolves with the epoch of the broker. Throws the `KafkaError` with which it was refused. */
  async registerBroker(command: RegisterBrokerCommand): Promise<number> {
    mustBeDone(await this.#decide((context) => registerBroker(context, command)))
    return this.image.brokers.get(command.registration.id)?.epoch ?? -1
  }

  async unfenceBroker(id: number): Promise<void> {
    mustBeDone(await this.#decide((context) => unfenceBroker(context, id)))
  }

  async startControlledShutdown(id: number): Promise<void> {
    mustBeDone(await this.#decide((context) => startControlledShutdown(context, id)))
  }

  /** For the controller, when the session of a broker has ended. */
  async brokerGone(id: number): Promise<void> {
    mustBeDone(await this.#decide((context) => brokerGone(context, id)))
  }

  /** Answers who waits, and closes the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.settled()
    await this.#follower.stop()
    await this.#store[Symbol.asyncDispose]()
  }

  async #decide<Answer>(decide: (context: DecisionContext) => Decision<Answer>, previewOnly = false): Promise<Answer> {
    return previewOnly ? this.#queue.preview(decide) : this.#queue.submit(decide)
  }
}

function checkIdentity(image: ClusterImage, clusterId: string | undefined): void {
  const { identity } = image
  if (identity !== undefined && identity.format > metadataFormat) {
    throw new UserError(
      `The cluster metadata has format ${identity.format} and this Odradek knows formats up to ${metadataFormat}: start the newer Odradek.`,
    )
  }
  if (clusterId === undefined || clusterId === image.clusterId) return
  throw new UserError(
    `The cluster metadata belongs to cluster ${image.clusterId}, and the log directories belong to cluster ${clusterId}. ` +
      'Use the data directory as a whole, or an empty one.',
  )
}

function mustBeDone({ error, message }: Outcome): void {
  if (error !== 'NONE') throw new KafkaError(error, message ?? undefined)
}
