import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, string, struct } from '../schema/types.ts'

/** Moves partitions to other brokers; `replicas: null` calls a move off. */
export const AlterPartitionReassignments = api({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: [0, 1],
  flexible: 0,
  request: {
    timeoutMs: int32({ default: 60_000 }),
    allowReplicationFactorChange: bool({ since: 1, default: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(struct({ partitionIndex: int32(), replicas: array(int32(), { nullable: 0, default: null }) })),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    allowReplicationFactorChange: bool({ since: 1, default: true, ignorable: true }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    responses: array(
      struct({
        name: string(),
        partitions: array(struct({ partitionIndex: int32(), errorCode: int16(), errorMessage: errorText({ nullable: 0, default: null }) })),
      }),
    ),
  },
})
