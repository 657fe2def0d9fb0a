import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, string, struct } from '../schema/types.ts'

/** Gives topics more partitions. `assignments: null` lets the broker place them. */
export const CreatePartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexible: 2,
  request: {
    topics: array(
      struct({
        name: string(),
        count: int32(),
        assignments: array(struct({ brokerIds: array(int32()) }), { nullable: 0 }),
      }),
    ),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array(struct({ name: string(), errorCode: int16(), errorMessage: errorText({ nullable: 0, default: null }) })),
  },
})
