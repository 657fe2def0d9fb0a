import { Buffer } from 'node:buffer'
import { errorCode } from '@odradek/protocol'
import {
  allApis,
  ApiVersions,
  ConsumerGroupDescribe,
  ConsumerGroupHeartbeat,
  DeleteGroups,
  DeleteTopics,
  DescribeGroups,
  DescribeTopicPartitions,
  EndTxn,
  Fetch,
  FindCoordinator,
  InitProducerId,
  JoinGroup,
  ListOffsets,
  Metadata,
  OffsetForLeaderEpoch,
  Produce,
  SyncGroup,
} from '@odradek/protocol/messages'
import { buildBatch } from '@odradek/protocol/records'
import type { Api, Field, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import { exists } from '@odradek/protocol/schema'
import type { SeenRequest } from '../wire/frames.ts'

/** A message whose API only the run knows. */
export type Message = Readonly<Record<string, unknown>>

export const topic = 'orders'
export const topicId = 'AAAAAAAAAAAAAAAAAAAAEQ'
const broker = { nodeId: 1, host: 'broker', port: 9092, rack: null }

/**
 * What a broker in order would answer: one broker, one topic of one partition with three records at any offset, groups of one member.
 * It remembers nothing, so that the same request has the same answer.
 */
export function plausible(request: SeenRequest): Message {
  const asked: Message = { ...request.of(request.api) }
  return { ...echo(request.api.response, [asked], request.version), ...special.get(request.api.key)?.(request) }
}

type Special = (request: SeenRequest) => object | undefined
const special = new Map<number, Special>()

/** An answer that has to say more than what was asked; the rest of it is an echo. */
function answer<Q extends Fields, S extends Fields>(
  api: Api<Q, S>,
  make: (request: ReadOf<Q>, version: number) => Partial<WriteOf<S>>,
): void {
  special.set(api.key, (request) => {
    const body = request.of(api)
    return body === undefined ? undefined : make(body, request.version)
  })
}

answer(ApiVersions, () => ({
  errorCode: 0,
  apiKeys: allApis.map(({ key, versions: [minVersion, maxVersion] }) => ({ apiKey: key, minVersion, maxVersion })),
  supportedFeatures: [],
  finalizedFeaturesEpoch: 1,
  finalizedFeatures: [
    { name: 'transaction.version', maxVersionLevel: 2, minVersionLevel: 1 },
    { name: 'group.version', maxVersionLevel: 1, minVersionLevel: 1 },
  ],
}))
answer(Metadata, (_request, version) => ({
  brokers: [broker],
  clusterId: 'hostile',
  controllerId: 1,
  topics: [
    {
      errorCode: 0,
      name: topic,
      ...(version >= 10 ? { topicId } : {}),
      isInternal: false,
      partitions: [{ errorCode: 0, partitionIndex: 0, leaderId: 1, leaderEpoch: 3, replicaNodes: [1], isrNodes: [1], offlineReplicas: [] }],
    },
  ],
}))
answer(FindCoordinator, (request, version) =>
  version < 4
    ? { nodeId: 1, host: 'broker', port: 9092, errorCode: 0 }
    : {
        coordinators: request.coordinatorKeys.map((key) => ({
          nodeId: 1,
          host: 'broker',
          port: 9092,
          key,
          errorCode: 0,
          errorMessage: null,
        })),
      },
)
answer(InitProducerId, () => ({ producerId: 7, producerEpoch: 0 }))
answer(EndTxn, () => ({ producerId: 7, producerEpoch: 1 }))
answer(Produce, (request) => ({
  responses: request.topicData.map(({ name, topicId, partitionData }) => ({
    name,
    topicId,
    partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: 0, baseOffset: 0, logAppendTimeMs: -1, logStartOffset: 0 })),
  })),
}))
answer(Fetch, (request) => ({
  errorCode: 0,
  sessionId: 0,
  responses: request.topics.map(({ topic, topicId, partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map(({ partition, fetchOffset }) => ({
      partitionIndex: partition,
      errorCode: 0,
      highWatermark: fetchOffset + 3,
      lastStableOffset: fetchOffset + 3,
      logStartOffset: 0,
      abortedTransactions: null,
      preferredReadReplica: -1,
      records: threeRecords(fetchOffset),
    })),
  })),
}))
answer(ListOffsets, (request, version) => ({
  topics: request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: 0,
      timestamp: 1,
      offset: 0,
      ...(version < 4 ? {} : { leaderEpoch: 3 }),
    })),
  })),
}))
answer(OffsetForLeaderEpoch, () => ({
  topics: [{ topic, partitions: [{ errorCode: 0, partition: 0, leaderEpoch: 3, endOffset: 1_000_000 }] }],
}))
answer(JoinGroup, ({ protocols: [protocol] }) => ({
  errorCode: 0,
  generationId: 1,
  protocolType: 'consumer',
  protocolName: protocol?.name ?? 'range',
  leader: 'me',
  memberId: 'me',
  skipAssignment: false,
  members: protocol === undefined ? [] : [{ memberId: 'me', groupInstanceId: null, metadata: protocol.metadata }],
}))
answer(SyncGroup, ({ assignments: [assignment], protocolName }) => ({
  errorCode: 0,
  protocolType: 'consumer',
  protocolName,
  assignment: assignment?.assignment ?? Buffer.alloc(0),
}))
answer(ConsumerGroupHeartbeat, ({ memberId, memberEpoch }) => ({
  errorCode: 0,
  errorMessage: null,
  memberId,
  memberEpoch: memberEpoch < 0 ? memberEpoch : 1,
  heartbeatIntervalMs: 5000,
  assignment: memberEpoch === 0 ? { topicPartitions: [{ topicId, partitions: [0] }] } : null,
}))

answer(DeleteTopics, ({ topics, topicNames }, version) => ({
  responses:
    version < 6
      ? topicNames.map((name) => ({ name, errorCode: 0 }))
      : topics.map((each) => ({ name: each.name, topicId: each.topicId, errorCode: 0 })),
}))
answer(DescribeGroups, ({ groups }) => ({
  groups: groups.map((groupId) => ({
    errorCode: 0,
    groupId,
    groupState: 'Stable',
    protocolType: 'consumer',
    protocolData: 'range',
    members: [],
  })),
}))
// They are classic ones, and asked for as such next.
answer(ConsumerGroupDescribe, ({ groupIds }) => ({
  groups: groupIds.map((groupId) => ({
    errorCode: errorCode('GROUP_ID_NOT_FOUND'),
    errorMessage: null,
    groupId,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  })),
}))
answer(DeleteGroups, ({ groupsNames }) => ({ results: groupsNames.map((groupId) => ({ groupId, errorCode: 0 })) }))
answer(DescribeTopicPartitions, ({ topics }) => ({
  topics: topics.map(({ name }) => ({ errorCode: 0, name, topicId, isInternal: false, partitions: [] })),
  nextCursor: null,
}))

/** Records of values 0, 1, 2 from an offset on. */
export function threeRecords(from: number): Buffer {
  const batch = buildBatch(['0', '1', '2'].map((value) => ({ key: null, value: Buffer.from(value), timestamp: 1000 })))
  batch.writeBigInt64BE(BigInt(from), 0)
  return batch
}

/**
 * An answer out of its declaration: what the request names comes back under the same name, a list of the same name has an element for each
 * of the request's, and everything else is as small as it goes, with error code 0.
 */
function echo(fields: Fields, context: readonly Message[], version: number): Message {
  const present = Object.entries(fields).filter(([, field]) => exists(field, version))
  return Object.fromEntries(present.map(([name, field]) => [name, echoed(name, field, context, version)]))
}

function echoed(name: string, field: Field, context: readonly Message[], version: number): unknown {
  const { type } = field
  const asked = context.map((body) => body[name]).find((value) => value !== undefined)
  if (type.kind === 'struct') return echo(type.fields, context, version)
  if (type.kind !== 'array') return typeof asked === kindOf[type.kind] ? asked : smallest(name, field)
  const among: readonly unknown[] = Array.isArray(asked) ? asked : [undefined]
  return among.map((element) => {
    const isStruct = typeof element === 'object' && element !== null
    const inner: Message = isStruct ? { ...element } : { name: element, groupId: element, transactionalId: element }
    const of = type.of.type
    if (of.kind === 'struct') return echo(of.fields, [inner, ...context], version)
    return element !== undefined && !isStruct ? element : smallest(name, type.of)
  })
}

const kindOf: Readonly<Record<string, string>> = {
  string: 'string',
  int8: 'number',
  int16: 'number',
  int32: 'number',
  int64: 'number',
  bool: 'boolean',
}

function smallest(name: string, field: Field): unknown {
  if (name === 'errorCode') return 0
  switch (field.type.kind) {
    case 'string':
      return field.nullable < Number.POSITIVE_INFINITY ? null : topic
    case 'uuid':
      return topicId
    case 'bytes':
    case 'records':
      return Buffer.alloc(0)
    case 'bool':
      return false
    default:
      return name.endsWith('NodeId') || name === 'leaderId' || name === 'controllerId' || name === 'brokerId' ? 1 : 0
  }
}
