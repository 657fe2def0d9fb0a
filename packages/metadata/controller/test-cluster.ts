import { SeededRandom } from '@odradek/common/random'
import { encodeBroker } from '../image/broker-image.ts'
import type { BrokerRegistration } from '../image/broker-image.ts'
import { ClusterImage, encodeFeatures } from '../image/cluster-image.ts'
import { keys } from '../image/keys.ts'
import { encodePartition, newPartition } from '../image/partition-state.ts'
import type { PartitionState } from '../image/partition-state.ts'
import { encodeTopic } from '../image/topic-image.ts'
import type { TopicImage } from '../image/topic-image.ts'
import type { Change } from '../store.ts'
import { check, Entries, writesOf } from '../stores/entries.ts'
import type { ConfigRules } from './config-rules.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { refused } from './outcome.ts'
import type { ControllerSettings } from './settings.ts'

const settings: ControllerSettings = {
  nodeId: 1,
  numPartitions: 1,
  defaultReplicationFactor: 1,
  maxPartitionsPerBroker: 10_000,
  deleteTopicEnable: true,
  supportedFeatures: new Map([
    ['metadata.version', { min: 7, max: 30 }],
    ['transaction.version', { min: 0, max: 2 }],
    ['eligible.leader.replicas.version', { min: 0, max: 1 }],
  ]),
}

/** A few settings with a few rules, enough to see that the controller asks. */
export const testRules: ConfigRules = {
  validate(_resource, entries) {
    for (const [name, value] of entries) {
      if (!['retention.ms', 'cleanup.policy', 'min.insync.replicas'].includes(name))
        return refused('INVALID_CONFIG', `Unknown topic config name: ${name}`)
      if (name === 'retention.ms' && Number.isNaN(Number(value)))
        return refused('INVALID_CONFIG', `Invalid value ${value} for configuration ${name}`)
    }
    return undefined
  },
  isList: (_type, name) => name === 'cleanup.policy',
  defaultOf: (_type, name) => (name === 'cleanup.policy' ? 'delete' : undefined),
  minInsyncReplicas: (image, topic) =>
    Number(image.configs.of('topic', topic).get('min.insync.replicas') ?? image.configs.of('broker', '').get('min.insync.replicas') ?? 1),
  uncleanLeaderElection: () => false,
}

/** A cluster for tests of decisions: what is decided is applied, and expectations are checked as a store would. */
export class TestCluster {
  readonly #entries = new Entries()
  readonly #settings: ControllerSettings
  readonly #random = new SeededRandom('controller')
  image = ClusterImage.empty

  /** With brokers 1, 2, … of no rack, all active. */
  constructor(
    options: {
      readonly brokers?: number
      readonly settings?: Partial<ControllerSettings>
      readonly features?: Record<string, number>
    } = {},
  ) {
    this.#settings = { ...settings, ...options.settings }
    const levels = new Map(Object.entries(options.features ?? { 'metadata.version': 29 }))
    this.apply([{ key: keys.features, value: encodeFeatures(levels) }])
    for (let id = 1; id <= (options.brokers ?? 1); id++) this.addBroker(id)
  }

  get context(): DecisionContext {
    return { image: this.image, settings: this.#settings, rules: testRules, random: this.#random }
  }

  /** Decides, applies and answers. */
  decide<Answer>(decide: (context: DecisionContext) => Decision<Answer>): Answer {
    const { changes, answer } = decide(this.context)
    this.apply(changes)
    return answer
  }

  apply(changes: readonly Change[]): void {
    check(this.#entries, changes, [])
    if (changes.length > 0) this.image = this.image.apply(this.#entries.apply(this.#entries.revision + 1, writesOf(changes))).image
  }

  addBroker(id: number, options: { readonly rack?: string; readonly fenced?: boolean } = {}): void {
    const value = encodeBroker({ ...registrationOf(id, options.rack), fenced: options.fenced ?? false, inControlledShutdown: false })
    this.apply([
      { key: keys.broker(id), value },
      { key: keys.brokerMemory(id), value },
    ])
  }

  /** What a lost session does: the live key is gone. */
  loseBroker(id: number): void {
    this.apply([{ key: keys.broker(id), value: undefined }])
  }

  /** A topic whose partitions have these replicas, all in sync, but for what `state` says otherwise. */
  addTopic(name: string, replicas: readonly (readonly number[])[], state: Partial<PartitionState> = {}): TopicImage {
    const id = `id-of-${name}`
    const partitions = replicas.map((ids, index) => ({ ...newPartition(index, ids, ids), ...state, partition: index }))
    this.apply([
      ...partitions.map((partition) => ({ key: keys.partition(id, partition.partition), value: encodePartition(partition) })),
      { key: keys.topicName(name), value: id },
      { key: keys.topic(id), value: encodeTopic({ name, partitions: partitions.length }) },
    ])
    return this.topic(name)
  }

  topic(name: string): TopicImage {
    const topic = this.image.topics.byName(name)
    if (topic === undefined) throw new Error(`there is no topic ${name}`)
    return topic
  }

  partition(name: string, partition = 0): PartitionState {
    const state = this.topic(name).partitions[partition]
    if (state === undefined) throw new Error(`there is no partition ${partition} of ${name}`)
    return state
  }
}

export function registrationOf(id: number, rack: string | null = null): BrokerRegistration {
  return {
    id,
    incarnationId: `incarnation-${id}`,
    endpoints: [{ listener: 'PLAINTEXT', host: `host-${id}`, port: 9092, securityProtocol: 'PLAINTEXT' }],
    rack,
    features: settings.supportedFeatures,
    directories: [],
  }
}
