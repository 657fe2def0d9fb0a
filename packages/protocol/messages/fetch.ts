import { api } from '../schema/api.ts'
import { array, int16, int32, int64, int8, records, string, struct, uuid } from '../schema/types.ts'

/** Where clients find a broker that an answer points them to (KIP-951). */
const nodeEndpoint = struct({
  nodeId: int32({ since: 16 }),
  host: string({ since: 16 }),
  port: int32({ since: 16 }),
  rack: string({ since: 16, nullable: 16, default: null }),
})

/**
 * Reads record batches of partitions, for consumers and followers.
 *
 * Within a session (KIP-227, version 7) a request names only what has changed since the one before.
 * Topics have a name up to version 12, an id from 13.
 */
export const Fetch = api({
  key: 1,
  name: 'Fetch',
  versions: [4, 18],
  flexible: 12,
  request: {
    clusterId: string({ since: 12, nullable: 12, tag: 0, default: null, ignorable: true }),
    replicaId: int32({ until: 14, default: -1 }),
    replicaState: struct(
      { replicaId: int32({ since: 15, default: -1 }), replicaEpoch: int64({ since: 15, default: -1 }) },
      { since: 15, tag: 1 },
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ since: 3, default: 0x7fffffff, ignorable: true }),
    isolationLevel: int8({ since: 4, ignorable: true }),
    sessionId: int32({ since: 7, ignorable: true }),
    sessionEpoch: int32({ since: 7, default: -1, ignorable: true }),
    topics: array(
      struct({
        topic: string({ until: 12, ignorable: true }),
        topicId: uuid({ since: 13, ignorable: true }),
        partitions: array(
          struct({
            partition: int32(),
            currentLeaderEpoch: int32({ since: 9, default: -1, ignorable: true }),
            fetchOffset: int64({ sentinel: true }),
            lastFetchedEpoch: int32({ since: 12, default: -1 }),
            logStartOffset: int64({ since: 5, default: -1, ignorable: true, sentinel: true }),
            partitionMaxBytes: int32(),
            replicaDirectoryId: uuid({ since: 17, tag: 0, ignorable: true }),
            highWatermark: int64({ since: 18, tag: 1, default: 2 ** 63, ignorable: true, sentinel: true }),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      struct({
        topic: string({ since: 7, until: 12, ignorable: true }),
        topicId: uuid({ since: 13, ignorable: true }),
        partitions: array(int32(), { since: 7 }),
      }),
      { since: 7, default: [] },
    ),
    rackId: string({ since: 11, default: '', ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16({ since: 7, ignorable: true }),
    sessionId: int32({ since: 7, default: 0 }),
    responses: array(
      struct({
        topic: string({ until: 12, ignorable: true }),
        topicId: uuid({ since: 13, ignorable: true }),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            highWatermark: int64({ sentinel: true }),
            lastStableOffset: int64({ since: 4, default: -1, ignorable: true, sentinel: true }),
            logStartOffset: int64({ since: 5, default: -1, ignorable: true, sentinel: true }),
            divergingEpoch: struct(
              { epoch: int32({ since: 12, default: -1 }), endOffset: int64({ since: 12, default: -1 }) },
              { since: 12, tag: 0 },
            ),
            currentLeader: struct(
              { leaderId: int32({ since: 12, default: -1 }), leaderEpoch: int32({ since: 12, default: -1 }) },
              { since: 12, tag: 1 },
            ),
            snapshotId: struct({ endOffset: int64({ default: -1 }), epoch: int32({ default: -1 }) }, { since: 12, tag: 2 }),
            abortedTransactions: array(struct({ producerId: int64({ since: 4 }), firstOffset: int64({ since: 4 }) }), {
              since: 4,
              nullable: 4,
              ignorable: true,
            }),
            preferredReadReplica: int32({ since: 11, default: -1 }),
            records: records(),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(nodeEndpoint, { since: 16, tag: 0 }),
  },
})
