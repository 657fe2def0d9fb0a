import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { ConsumerGroupCurrentMemberAssignmentEntry, ConsumerGroupMemberMetadataEntry } from '../entries/consumer-group.ts'
import { GroupMetadataEntry } from '../entries/group-metadata.ts'
import { OffsetCommitEntry } from '../entries/offset-commit.ts'
import type { Api, RequestDraft, ResponseDraft } from '../schema/api.ts'
import { AlterClientQuotas } from './alter-client-quotas.ts'
import { ApiVersions } from './api-versions.ts'
import { ConsumerGroupHeartbeat } from './consumer-group-heartbeat.ts'
import { CreateTopics } from './create-topics.ts'
import { DescribeTopicPartitions } from './describe-topic-partitions.ts'
import { Fetch } from './fetch.ts'
import { JoinGroup } from './join-group.ts'
import { Metadata } from './metadata.ts'
import { OffsetCommit } from './offset-commit.ts'
import { Produce } from './produce.ts'

/*
 * The bytes were captured from the message classes of kafka-clients and kafka-group-coordinator 4.3.1, filled with the
 * values that stand before them.
 */
const id = 'AAECAwQFBgcICQoLDA0ODw'
const idHex = '000102030405060708090a0b0c0d0e0f'

function request<A extends Api>(api: A, version: number, value: RequestDraft<A>, hex: string): void {
  const writer = new ByteWriter()
  api.encodeRequest(writer, value, version)
  assert.equal(writer.finish().toString('hex'), hex.replaceAll(' ', ''), `${api.name} request v${version}`)
  assertReads(api.decodeRequest(new ByteReader(Buffer.from(hex.replaceAll(' ', ''), 'hex')), version), value)
}

function response<A extends Api>(api: A, version: number, value: ResponseDraft<A>, hex: string): void {
  const writer = new ByteWriter()
  api.encodeResponse(writer, value, version)
  assert.equal(writer.finish().toString('hex'), hex.replaceAll(' ', ''), `${api.name} response v${version}`)
  assertReads(api.decodeResponse(new ByteReader(Buffer.from(hex.replaceAll(' ', ''), 'hex')), version), value)
}

/** What was given is there again; what was left out may have become a default. */
function assertReads(decoded: object, given: object): void {
  assert.partialDeepStrictEqual(decoded, given)
}

test('Produce is written as Java writes it', () => {
  const partitionData = [{ index: 2, records: Buffer.from([1, 2, 3]) }]
  const rest = { acks: -1, timeoutMs: 30_000 }
  request(
    Produce,
    3,
    { ...rest, topicData: [{ name: 'logs', partitionData }] },
    'ffffffff000075300000000100046c6f6773000000010000000200000003010203',
  )
  request(
    Produce,
    9,
    { ...rest, transactionalId: 'tx', topicData: [{ name: 'logs', partitionData }] },
    '037478ffff0000753002056c6f6773020000000204010203000000',
  )
  request(Produce, 13, { ...rest, topicData: [{ topicId: id, partitionData }] }, `00ffff0000753002${idHex}020000000204010203000000`)
})

test('an answer to Produce points to the new leader in tagged fields', () => {
  const partition = { index: 2, errorCode: 6, baseOffset: -1, logAppendTimeMs: 1_700_000_000_000, logStartOffset: 5 }
  const withErrors = { ...partition, errorMessage: 'no', recordErrors: [{ batchIndex: 1, batchIndexErrorMessage: 'bad' }] }
  const withLeader = { ...withErrors, currentLeader: { leaderId: 4, leaderEpoch: 9 } }
  const nodeEndpoints = [{ nodeId: 4, host: 'h', port: 9092, rack: null }]
  const head = '02000000020006ffffffffffffffff0000018bcfe56800000000000000000502000000010462616400036e6f01000900000004000000090000'
  response(
    Produce,
    8,
    { responses: [{ name: 'logs', partitionResponses: [withErrors] }], throttleTimeMs: 7 },
    '0000000100046c6f677300000001000000020006ffffffffffffffff0000018bcfe5680000000000000000050000000100000001000362616400026e6f00000007',
  )
  response(
    Produce,
    10,
    { responses: [{ name: 'logs', partitionResponses: [withLeader] }], throttleTimeMs: 7, nodeEndpoints },
    `02056c6f6773${head}0000000701000d02000000040268000023840000`,
  )
  response(
    Produce,
    13,
    { responses: [{ topicId: id, partitionResponses: [withLeader] }], throttleTimeMs: 7, nodeEndpoints },
    `02${idHex}${head}0000000701000d02000000040268000023840000`,
  )
})

test('what an old version of Produce has no place for is dropped', () => {
  const writer = new ByteWriter()
  const partition = { index: 2, errorCode: 6, baseOffset: -1, logAppendTimeMs: 1_700_000_000_000, logStartOffset: 5, errorMessage: 'no' }
  Produce.encodeResponse(writer, { responses: [{ name: 'logs', topicId: id, partitionResponses: [partition] }], throttleTimeMs: 7 }, 3)
  assert.equal(writer.finish().toString('hex'), '0000000100046c6f677300000001000000020006ffffffffffffffff0000018bcfe5680000000007')
})

test('Fetch is written as Java writes it, with and without a session', () => {
  const rest = { maxWaitMs: 500, minBytes: 1, maxBytes: 52_428_800, isolationLevel: 1 }
  const partition = { partition: 1, fetchOffset: 10, partitionMaxBytes: 1_048_576 }
  request(
    Fetch,
    4,
    { ...rest, topics: [{ topic: 'logs', partitions: [partition] }] },
    'ffffffff000001f40000000103200000010000000100046c6f67730000000100000001000000000000000a00100000',
  )
  const session = { ...rest, sessionId: 77, sessionEpoch: 1, rackId: 'r1' }
  request(
    Fetch,
    12,
    {
      ...session,
      clusterId: 'c',
      topics: [{ topic: 'logs', partitions: [{ ...partition, currentLeaderEpoch: 3, lastFetchedEpoch: 2 }] }],
      forgottenTopicsData: [{ topic: 'old', partitions: [0] }],
    },
    'ffffffff000001f40000000103200000010000004d0000000102056c6f6773020000000100000003000000000000000a00000002ffffffffffffffff00100000000002046f6c640200000000000372310100020263',
  )
  request(
    Fetch,
    18,
    {
      ...session,
      clusterId: 'c',
      replicaState: { replicaId: 5, replicaEpoch: 6 },
      topics: [
        {
          topicId: id,
          partitions: [{ ...partition, currentLeaderEpoch: 3, lastFetchedEpoch: 2, replicaDirectoryId: id, highWatermark: 8 }],
        },
      ],
      forgottenTopicsData: [{ topicId: id, partitions: [0] }],
    },
    `000001f40000000103200000010000004d0000000102${idHex}020000000100000003000000000000000a00000002ffffffffffffffff00100000020010${idHex}010800000000000000080002${idHex}0200000000000372310200020263010d00000005000000000000000600`,
  )
})

test('an answer to Fetch is written as Java writes it', () => {
  const partition = {
    partitionIndex: 1,
    errorCode: 0,
    highWatermark: 12,
    lastStableOffset: 11,
    abortedTransactions: [{ producerId: 1000, firstOffset: 9 }],
    records: Buffer.from([9, 8]),
  }
  response(
    Fetch,
    4,
    { responses: [{ topic: 'logs', partitions: [partition] }] },
    '000000000000000100046c6f677300000001000000010000000000000000000c000000000000000b0000000100000000000003e80000000000000009000000020908',
  )
  const diverged = { ...partition, logStartOffset: 0, preferredReadReplica: 2, divergingEpoch: { epoch: 3, endOffset: 8 } }
  const rest =
    '02000000010000000000000000000c000000000000000b00000000000000000200000000000003e80000000000000009000000000203090801000d000000030000000000000008000000'
  response(Fetch, 12, { sessionId: 77, responses: [{ topic: 'logs', partitions: [diverged] }] }, `0000000000000000004d02056c6f6773${rest}`)
  response(Fetch, 17, { sessionId: 77, responses: [{ topicId: id, partitions: [diverged] }] }, `0000000000000000004d02${idHex}${rest}`)
})

test('Metadata asks for all topics, for some by name, and for one by id', () => {
  request(Metadata, 0, { topics: [{ name: 'logs' }] }, '0000000100046c6f6773')
  request(Metadata, 4, { topics: null }, 'ffffffff01')
  const byId = { topics: [{ topicId: id, name: null }], allowAutoTopicCreation: false, includeTopicAuthorizedOperations: true }
  request(Metadata, 12, byId, `02${idHex}0000000100`)
})

test('an answer to Metadata is written as Java writes it', () => {
  const partition = { errorCode: 0, partitionIndex: 0, leaderId: 1, replicaNodes: [1, 2], isrNodes: [1] }
  const broker = { nodeId: 1, host: 'localhost', port: 9092 }
  const topic = { errorCode: 0, name: 'logs', isInternal: false }
  response(
    Metadata,
    1,
    { brokers: [broker], controllerId: 1, topics: [{ ...topic, partitions: [partition] }] },
    '000000010000000100096c6f63616c686f737400002384ffff0000000100000001000000046c6f67730000000001000000000000000000010000000200000001000000020000000100000001',
  )
  const partitions = [{ ...partition, leaderEpoch: 4, offlineReplicas: [2] }]
  const rest = { throttleTimeMs: 3, clusterId: 'cid', controllerId: 1 }
  response(
    Metadata,
    9,
    { ...rest, brokers: [{ ...broker, rack: 'r' }], topics: [{ ...topic, partitions }], clusterAuthorizedOperations: 264 },
    '0000000302000000010a6c6f63616c686f7374000023840272000463696400000001020000056c6f677300020000000000000000000100000004030000000100000002020000000102000000020080000000000000010800',
  )
  response(
    Metadata,
    13,
    { ...rest, brokers: [broker], topics: [{ ...topic, topicId: id, partitions }], errorCode: 42 },
    `0000000302000000010a6c6f63616c686f73740000238400000463696400000001020000056c6f6773${idHex}0002000000000000000000010000000403000000010000000202000000010200000002008000000000002a00`,
  )
})

test('an answer to ApiVersions has its features in tags from version 3', () => {
  const apiKeys = [{ apiKey: 18, minVersion: 0, maxVersion: 4 }]
  response(ApiVersions, 0, { errorCode: 0, apiKeys }, '000000000001001200000004')
  response(
    ApiVersions,
    4,
    {
      errorCode: 0,
      apiKeys,
      supportedFeatures: [{ name: 'metadata.version', minVersion: 7, maxVersion: 30 }],
      finalizedFeaturesEpoch: 5,
      finalizedFeatures: [{ name: 'metadata.version', maxVersionLevel: 30, minVersionLevel: 30 }],
    },
    '000002001200000004000000000003001702116d657461646174612e76657273696f6e0007001e0001080000000000000005021702116d657461646174612e76657273696f6e001e001e00',
  )
})

test('a committed offset above 2^53 keeps its last bit', () => {
  const partition = { partitionIndex: 3, committedOffset: 2n ** 53n + 1n, committedMetadata: '' }
  const group = { groupId: 'g', generationIdOrMemberEpoch: 4, memberId: 'm' }
  request(
    OffsetCommit,
    2,
    { ...group, topics: [{ name: 'logs', partitions: [partition] }] },
    '0001670000000400016dffffffffffffffff0000000100046c6f6773000000010000000300200000000000010000',
  )
  const partitions = [{ ...partition, committedLeaderEpoch: 2 }]
  request(
    OffsetCommit,
    10,
    { ...group, groupInstanceId: 'i', topics: [{ topicId: id, partitions }] },
    `026700000004026d026902${idHex}020000000300200000000000010000000201000000`,
  )
})

test('structs that may be null have a byte before them', () => {
  const partitions = { topicPartitions: [{ topicId: id, partitions: [0, 1] }] }
  response(
    ConsumerGroupHeartbeat,
    1,
    { errorCode: 0, memberId: 'm', memberEpoch: 2, heartbeatIntervalMs: 5000, assignment: partitions },
    `00000000000000026d00000002000013880102${idHex}030000000000000001000000`,
  )
  response(
    ConsumerGroupHeartbeat,
    0,
    { errorCode: 110, errorMessage: 'x', memberEpoch: 0, heartbeatIntervalMs: 0, assignment: null },
    '00000000006e0278000000000000000000ff00',
  )
  response(
    DescribeTopicPartitions,
    0,
    { topics: [], nextCursor: { topicName: 'logs', partitionIndex: 7 } },
    '000000000101056c6f6773000000070000',
  )
})

test('other answers are written as Java writes them', () => {
  response(
    JoinGroup,
    9,
    {
      errorCode: 0,
      generationId: 1,
      protocolType: 'consumer',
      protocolName: 'range',
      leader: 'm',
      memberId: 'm',
      members: [{ memberId: 'm', metadata: Buffer.from([5]) }],
    },
    '0000000000000000000109636f6e73756d65720672616e6765026d00026d02026d0002050000',
  )
  request(
    AlterClientQuotas,
    1,
    {
      entries: [{ entity: [{ entityType: 'user', entityName: null }], ops: [{ key: 'producer_byte_rate', value: 1024.5, remove: false }] }],
      validateOnly: true,
    },
    '020205757365720000021370726f64756365725f627974655f7261746540900200000000000000000100',
  )
  response(
    CreateTopics,
    7,
    {
      topics: [
        { name: 'logs', topicId: id, errorCode: 0, topicConfigErrorCode: 29, numPartitions: 3, replicationFactor: 1, configs: null },
      ],
    },
    `0000000002056c6f6773${idHex}00000000000003000100010002001d00`,
  )
})

test('records of __consumer_offsets are written as Java writes them', () => {
  assert.equal(OffsetCommitEntry.encodeKey({ group: 'g', topic: 'logs', partition: 3 }).toString('hex'), '000100016700046c6f677300000003')
  const commit = { offset: 42, metadata: 'note', commitTimestamp: 1_700_000_000_000 }
  assert.equal(
    OffsetCommitEntry.encodeValue({ ...commit, expireTimestamp: 1_700_000_001_000 }, 1).toString('hex'),
    '0001000000000000002a00046e6f74650000018bcfe568000000018bcfe56be8',
  )
  assert.equal(
    OffsetCommitEntry.encodeValue({ ...commit, leaderEpoch: 6 }, 3).toString('hex'),
    '0003000000000000002a0000000600046e6f74650000018bcfe56800',
  )
  assert.equal(
    OffsetCommitEntry.encodeValue({ ...commit, leaderEpoch: 6, topicId: id }).toString('hex'),
    `0004000000000000002a00000006056e6f74650000018bcfe56800010010${idHex}`,
  )
  const member = {
    memberId: 'm',
    groupInstanceId: 'i',
    clientId: 'c',
    clientHost: '/127.0.0.1',
    rebalanceTimeout: 300_000,
    sessionTimeout: 45_000,
    subscription: Buffer.from([1]),
    assignment: Buffer.from([2, 3]),
  }
  const group = { protocolType: 'consumer', generation: 3, protocol: 'range', leader: 'm', currentStateTimestamp: 1_700_000_000_000 }
  assert.equal(
    GroupMetadataEntry.encodeValue({ ...group, members: [member] }).toString('hex'),
    '00030008636f6e73756d657200000003000572616e676500016d0000018bcfe568000000000100016d000169000163000a2f3132372e302e302e31000493e00000afc80000000101000000020203',
  )
})

test('a tagged struct marks null with 0, where others have -1', () => {
  const member = {
    instanceId: null,
    rackId: 'r',
    clientId: 'c',
    clientHost: '/h',
    subscribedTopicNames: ['logs'],
    subscribedTopicRegex: null,
    rebalanceTimeoutMs: 1000,
    serverAssignor: 'uniform',
    classicMemberMetadata: null,
  }
  const hex = '00000002720263032f6802056c6f677300000003e808756e69666f726d01000100'
  assert.equal(ConsumerGroupMemberMetadataEntry.encodeValue(member).toString('hex'), hex)
  assert.deepEqual(ConsumerGroupMemberMetadataEntry.decodeValue(Buffer.from(hex, 'hex')), member)
  const assigned = [{ topicId: id, partitions: [0], assignmentEpochs: [2] }]
  assert.equal(
    ConsumerGroupCurrentMemberAssignmentEntry.encodeValue({
      memberEpoch: 2,
      previousMemberEpoch: 1,
      state: 1,
      assignedPartitions: assigned,
      partitionsPendingRevocation: [],
    }).toString('hex'),
    `0000000000020000000101 02${idHex}020000000001000502000000020100`.replaceAll(' ', ''),
  )
})
