import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, string, struct } from '../schema/types.ts'

/** The moves of partitions that are under way. `topics: null` asks for all. */
export const ListPartitionReassignments = api({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: [0, 0],
  flexible: 0,
  request: {
    timeoutMs: int32({ default: 60_000 }),
    topics: array(struct({ name: string(), partitionIndexes: array(int32()) }), { nullable: 0, default: null }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            replicas: array(int32()),
            addingReplicas: array(int32()),
            removingReplicas: array(int32()),
          }),
        ),
      }),
    ),
  },
})
