import type { Commit, JsonValue, StoreSnapshot, Versioned } from '../store.ts'
import { BrokersImage } from './brokers-image.ts'
import { ConfigsImage } from './configs-image.ts'
import type { ImageDelta } from './delta.ts'
import { JsonFields } from './json.ts'
import { KeyChanges } from './key-changes.ts'
import { keys } from './keys.ts'
import { TopicsImage } from './topics-image.ts'

/** A single value of the store. */
export interface Cell<T> {
  readonly value: T
  /** Revision at which it was written; 0 when it never was. */
  readonly revision: number
}

/** Which broker decides for the cluster. */
export interface ControllerImage {
  readonly brokerId: number
  readonly epoch: number
}

/** What the store's `/id` holds. */
export interface ClusterIdentity {
  readonly clusterId: string
  /** Version of the keys and values in the store. */
  readonly format: number
}

interface Parts {
  readonly revision: number
  readonly identity: ClusterIdentity | undefined
  readonly controller: ControllerImage | undefined
  readonly brokers: BrokersImage
  readonly topics: TopicsImage
  readonly configs: ConfigsImage
  readonly features: Cell<ReadonlyMap<string, number>>
  readonly nextProducerId: Cell<number>
}

/**
 * The cluster at one revision of the store: a value that never changes. The next image shares with this one whatever the
 * commit between them left alone, so whoever holds an old one for a while costs little.
 */
export class ClusterImage implements Parts {
  static readonly empty = new ClusterImage({
    revision: 0,
    identity: undefined,
    controller: undefined,
    brokers: BrokersImage.empty,
    topics: TopicsImage.empty,
    configs: ConfigsImage.empty,
    features: { value: new Map(), revision: 0 },
    nextProducerId: { value: 0, revision: 0 },
  })

  readonly revision: number
  /** Undefined until the cluster has been founded. */
  readonly identity: ClusterIdentity | undefined
  readonly controller: ControllerImage | undefined
  readonly brokers: BrokersImage
  readonly topics: TopicsImage
  readonly configs: ConfigsImage
  readonly features: Cell<ReadonlyMap<string, number>>
  readonly nextProducerId: Cell<number>

  static from({ revision, entries }: StoreSnapshot): ClusterImage {
    const changes = entries.map((entry) => ({ key: entry.key, value: entry }))
    return ClusterImage.empty.apply({ revision, changes }).image
  }

  private constructor(parts: Parts) {
    this.revision = parts.revision
    this.identity = parts.identity
    this.controller = parts.controller
    this.brokers = parts.brokers
    this.topics = parts.topics
    this.configs = parts.configs
    this.features = parts.features
    this.nextProducerId = parts.nextProducerId
  }

  /** 22 characters of base64url; empty until the cluster has been founded. */
  get clusterId(): string {
    return this.identity?.clusterId ?? ''
  }

  /** By name of the feature; features at level 0 are absent. */
  get finalizedFeatures(): ReadonlyMap<string, number> {
    return this.features.value
  }

  /** The image after a commit, and what it changed. */
  apply(commit: Commit): { readonly image: ClusterImage; readonly delta: ImageDelta } {
    const changes = new KeyChanges(commit.changes)
    const topics = changes.topics.size === 0 ? { image: this.topics, changed: [] } : this.topics.with(changes.topics)
    const brokerIds = [...new Set([...changes.liveBrokers.keys(), ...changes.rememberedBrokers.keys()])]
    const image = new ClusterImage({
      revision: commit.revision,
      identity: changes.cluster === undefined ? this.identity : identityOf(changes.cluster.value),
      controller: changes.controller === undefined ? this.controller : controllerOf(changes.controller.value),
      brokers:
        brokerIds.length === 0 ? this.brokers : this.brokers.with({ live: changes.liveBrokers, remembered: changes.rememberedBrokers }),
      topics: topics.image,
      configs: changes.configs.length === 0 ? this.configs : this.configs.with(changes.configs),
      features: changes.features === undefined ? this.features : featuresOf(changes.features),
      nextProducerId: changes.nextProducerId === undefined ? this.nextProducerId : producerIdOf(changes.nextProducerId),
    })
    const delta: ImageDelta = {
      revision: commit.revision,
      topics: topics.changed,
      configs: changes.configs.map(({ resource }) => resource),
      brokers: brokerIds,
      features: changes.features !== undefined,
    }
    return { image, delta }
  }
}

export function encodeIdentity({ clusterId, format }: ClusterIdentity): JsonValue {
  return { clusterId, format }
}

export function encodeFeatures(levels: ReadonlyMap<string, number>): JsonValue {
  return Object.fromEntries(levels)
}

function identityOf(value: JsonValue): ClusterIdentity {
  const fields = new JsonFields(keys.cluster, value)
  return { clusterId: fields.string('clusterId'), format: fields.number('format') }
}

function controllerOf(entry: Versioned | undefined): ControllerImage | undefined {
  return typeof entry?.value === 'number' ? { brokerId: entry.value, epoch: entry.createRevision } : undefined
}

function featuresOf({ key, value, modRevision }: Versioned): Cell<ReadonlyMap<string, number>> {
  const fields = new JsonFields(key, value)
  return { value: new Map(fields.names().map((name) => [name, fields.number(name)])), revision: modRevision }
}

function producerIdOf({ key, value, modRevision }: Versioned): Cell<number> {
  if (typeof value !== 'number') throw new Error(`${key} in the metadata store has an unreadable value`)
  return { value, revision: modRevision }
}
