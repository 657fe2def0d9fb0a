import { ZERO_UUID } from '@odradek/common/bytes'
import { invalidTopicName, isInternalTopic } from '@odradek/metadata'
import type { ClusterImage, MetadataService, PartitionState, TopicImage } from '@odradek/metadata'
import { errorCode, KafkaError } from '@odradek/protocol'
import { Metadata } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import type { LiveSettings } from '../config/index.ts'
import { EncodedAnswers } from '../encoded-answers.ts'
import { handler } from '../handler.ts'
import type { Endpoint, Endpoints } from '../services.ts'
import { allClusterOperations, allTopicOperations, notAsked } from './authorized-operations.ts'
import type { AutoCreation } from './auto-creation.ts'
import { Reachable } from './topic-partitions.ts'

type Request = RequestOf<typeof Metadata>
type Response = ResponseDraft<typeof Metadata>
type Topic = Response['topics'][number]
type Partition = Topic['partitions'][number]

export interface MetadataParts {
  readonly brokerId: number
  readonly metadata: Pick<MetadataService, 'image'>
  readonly endpoints: Endpoints
  readonly settings: Pick<LiveSettings, 'broker'>
  readonly autoCreation: Pick<AutoCreation, 'create'>
}

/** Brokers, topics, and who leads which partition; and, where that is allowed, makes topics that are asked for. */
export const metadata = (parts: MetadataParts) => {
  const forAll = new EncodedAnswers<ClusterImage>()
  return handler(
    Metadata,
    (request, { apiVersion, connection }) => {
      checkReferences(request, apiVersion)
      const answer = (): Response => answerFrom(parts, parts.endpoints.forClient(connection), request, apiVersion)
      if (asksForAll(request, apiVersion)) {
        const alike = sameAnswerKey(request, apiVersion, parts.endpoints.forClient(connection))
        return forAll.get(parts.metadata.image, alike, (writer) => Metadata.encodeResponse(writer, answer(), apiVersion))
      }
      const missing = mayCreate(parts, request, apiVersion) ? missingNames(request, parts.metadata.image) : []
      return missing.length === 0 ? answer() : parts.autoCreation.create(missing).then(answer)
    },
    {
      encodesAhead: true,
      failed: ({ topics }, code, { apiVersion }) => ({
        brokers: [],
        topics: (topics ?? []).map(({ name, topicId }) => ({ ...absent(apiVersion < 12 ? (name ?? '') : name, topicId), errorCode: code })),
        errorCode: code,
      }),
    },
  )
}

/** Clients for which this is the same, at one image of the cluster, get the same bytes when they ask for all topics. */
function sameAnswerKey(request: Request, apiVersion: number, endpoints: readonly Endpoint[]): string {
  const { includeClusterAuthorizedOperations: ofCluster, includeTopicAuthorizedOperations: ofTopics } = request
  return JSON.stringify([apiVersion, ofCluster, ofTopics, endpoints])
}

/** In version 0 no names ask for all topics; from 1 on `null` does, and no names ask for none. */
function asksForAll({ topics }: Request, apiVersion: number): boolean {
  return topics === null || (apiVersion === 0 && topics.length === 0)
}

function checkReferences({ topics }: Request, apiVersion: number): void {
  for (const { name, topicId } of topics ?? []) {
    if (name === null && topicId === ZERO_UUID) throw new KafkaError('INVALID_REQUEST', 'A topic needs a name or an id')
    if (apiVersion >= 12) continue
    if (name === null) throw new KafkaError('INVALID_REQUEST', `Topic name can not be null for version ${apiVersion}`)
    if (topicId !== ZERO_UUID) throw new KafkaError('INVALID_REQUEST', `Topic IDs are not supported in requests for version ${apiVersion}`)
  }
}

function mayCreate({ settings }: MetadataParts, request: Request, apiVersion: number): boolean {
  // Before version 4 clients could not say, and always wanted it.
  return (
    settings.broker['auto.create.topics.enable'] && (apiVersion < 4 || request.allowAutoTopicCreation) && !asksForAll(request, apiVersion)
  )
}

function missingNames(request: Request, { topics }: ClusterImage): readonly string[] {
  return namesOf(request).filter((name) => topics.byName(name) === undefined)
}

/** Each once. Where there are ids, names do not count. */
function namesOf({ topics }: Request): readonly string[] {
  if (idsOf(topics).length > 0) return []
  return [...new Set((topics ?? []).flatMap(({ name }) => name ?? []))]
}

function idsOf(topics: Request['topics']): readonly string[] {
  return [...new Set((topics ?? []).flatMap(({ topicId }) => (topicId === ZERO_UUID ? [] : topicId)))]
}

function answerFrom(parts: MetadataParts, endpoints: readonly Endpoint[], request: Request, apiVersion: number): Response {
  const { image } = parts.metadata
  const view = new TopicView(new Reachable(image, endpoints), apiVersion, request.includeTopicAuthorizedOperations)
  const live = endpoints.filter(({ isFenced }) => !isFenced)
  return {
    brokers: live.map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack })),
    clusterId: image.clusterId,
    controllerId: live.some(({ nodeId }) => nodeId === parts.brokerId) ? parts.brokerId : (live[0]?.nodeId ?? -1),
    topics: topicsOf(image, view, request, apiVersion),
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? allClusterOperations : notAsked,
    errorCode: 0,
  }
}

function topicsOf({ topics }: ClusterImage, view: TopicView, request: Request, apiVersion: number): readonly Topic[] {
  if (asksForAll(request, apiVersion)) return topics.all().map((topic) => view.topic(topic))
  const byId = idsOf(request.topics).map((id) => {
    const topic = topics.byId(id)
    return topic === undefined ? { ...absent(null, id), errorCode: errorCode('UNKNOWN_TOPIC_ID') } : view.topic(topic)
  })
  const byName = namesOf(request).map((name) => {
    const topic = topics.byName(name)
    return topic === undefined ? view.missing(name) : view.topic(topic)
  })
  return [...byId, ...byName]
}

/** Topics as one version of the answer shows them to one client. */
class TopicView {
  readonly #reachable: Reachable
  readonly #apiVersion: number
  readonly #operations: number

  constructor(reachable: Reachable, apiVersion: number, includeOperations: boolean) {
    this.#reachable = reachable
    this.#apiVersion = apiVersion
    this.#operations = includeOperations ? allTopicOperations : notAsked
  }

  topic({ id, name, internal, partitions }: TopicImage): Topic {
    return {
      errorCode: 0,
      name,
      topicId: id,
      isInternal: internal,
      partitions: partitions.map((state) => this.#partition(state)),
      topicAuthorizedOperations: this.#operations,
    }
  }

  missing(name: string): Topic {
    const error = invalidTopicName(name) === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'
    return { ...absent(name, ZERO_UUID), errorCode: errorCode(error), topicAuthorizedOperations: this.#operations }
  }

  #partition(state: PartitionState): Partition {
    const { leaderId, problem } = this.#reachable.leaderOf(state)
    const [replicaNodes, isrNodes] = [this.#shown(state.replicas), this.#shown(state.isr)]
    const isComplete = replicaNodes.length === state.replicas.length && isrNodes.length === state.isr.length
    const error =
      problem === undefined ? (isComplete ? 'NONE' : 'REPLICA_NOT_AVAILABLE') : this.#apiVersion >= 6 ? problem : 'LEADER_NOT_AVAILABLE'
    return {
      errorCode: errorCode(error),
      partitionIndex: state.partition,
      leaderId,
      leaderEpoch: state.leaderEpoch,
      replicaNodes,
      isrNodes,
      offlineReplicas: this.#reachable.offlineOf(state),
    }
  }

  /** Version 0 names only brokers that it lists. */
  #shown(brokers: readonly number[]): readonly number[] {
    return this.#apiVersion > 0 ? brokers : brokers.filter((id) => this.#reachable.isUnfenced(id))
  }
}

function absent(name: string | null, topicId: string): Topic {
  return { errorCode: 0, name, topicId, isInternal: name !== null && isInternalTopic(name), partitions: [] }
}
