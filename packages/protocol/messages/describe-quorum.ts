import { ZERO_UUID } from '@odradek/common/bytes'
import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int64, string, struct, uint16, uuid } from '../schema/types.ts'

const replicaState = struct({
  replicaId: int32(),
  replicaDirectoryId: uuid({ since: 2, default: ZERO_UUID }),
  logEndOffset: int64(),
  lastFetchTimestamp: int64({ since: 1, default: -1, ignorable: true, sentinel: true }),
  lastCaughtUpTimestamp: int64({ since: 1, default: -1, ignorable: true, sentinel: true }),
})

/** Who votes on the cluster's metadata, and how far each has got. */
export const DescribeQuorum = api({
  key: 55,
  name: 'DescribeQuorum',
  versions: [0, 2],
  flexible: 0,
  request: { topics: array(struct({ topicName: string(), partitions: array(struct({ partitionIndex: int32() })) })) },
  response: {
    errorCode: int16(),
    errorMessage: errorText({ since: 2, nullable: 2, default: null, ignorable: true }),
    topics: array(
      struct({
        topicName: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: errorText({ since: 2, nullable: 2, default: null, ignorable: true }),
            leaderId: int32(),
            leaderEpoch: int32(),
            highWatermark: int64(),
            currentVoters: array(replicaState),
            observers: array(replicaState),
          }),
        ),
      }),
    ),
    nodes: array(
      struct({
        nodeId: int32({ since: 2 }),
        listeners: array(struct({ name: string({ since: 2 }), host: string({ since: 2 }), port: uint16({ since: 2 }) }), { since: 2 }),
      }),
      { since: 2, default: [] },
    ),
  },
})
