import { api } from '../schema/api.ts'
import { array, int16, int32, string, struct } from '../schema/types.ts'

/** Moves replicas of the broker asked to other ones of its log directories (KIP-113). */
export const AlterReplicaLogDirs = api({
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: [1, 2],
  flexible: 2,
  request: {
    dirs: array(struct({ path: string(), topics: array(struct({ name: string(), partitions: array(int32()) })) })),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array(
      struct({
        topicName: string(),
        partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
      }),
    ),
  },
})
