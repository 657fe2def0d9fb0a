import { api } from '../schema/api.ts'
import { array, int16, int32, int64, string, struct } from '../schema/types.ts'

/** Where an epoch ends in the leader's log: how a follower or a consumer finds the point where its history differs (KIP-101, KIP-320). */
export const OffsetForLeaderEpoch = api({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexible: 4,
  request: {
    replicaId: int32({ since: 3, default: -2, ignorable: true }),
    topics: array(
      struct({
        topic: string(),
        partitions: array(
          struct({ partition: int32(), currentLeaderEpoch: int32({ since: 2, default: -1, ignorable: true }), leaderEpoch: int32() }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32({ since: 2, ignorable: true }),
    topics: array(
      struct({
        topic: string(),
        partitions: array(
          struct({
            errorCode: int16(),
            partition: int32(),
            leaderEpoch: int32({ since: 1, default: -1, ignorable: true }),
            endOffset: int64({ default: -1 }),
          }),
        ),
      }),
    ),
  },
})
