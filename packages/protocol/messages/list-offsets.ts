import { api } from '../schema/api.ts'
import { array, int16, int32, int64, int8, string, struct } from '../schema/types.ts'

/** Looks up offsets by time, or by special timestamps: −1 latest, −2 earliest, −3 of the largest timestamp, −4 earliest local, −5 last tiered, −6 earliest not yet tiered. */
export const ListOffsets = api({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexible: 6,
  request: {
    replicaId: int32(),
    isolationLevel: int8({ since: 2, default: 0 }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            currentLeaderEpoch: int32({ since: 4, default: -1, ignorable: true }),
            timestamp: int64({ sentinel: true }),
          }),
        ),
      }),
    ),
    timeoutMs: int32({ since: 10, ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, ignorable: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            timestamp: int64({ since: 1, default: -1, sentinel: true }),
            offset: int64({ since: 1, default: -1 }),
            leaderEpoch: int32({ since: 4, default: -1 }),
          }),
        ),
      }),
    ),
  },
})
