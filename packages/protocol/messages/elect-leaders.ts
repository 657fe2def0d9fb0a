import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** Elects leaders anew: the preferred ones (type 0), or any that live (1, unclean). `topicPartitions: null` means all. */
export const ElectLeaders = api({
  key: 43,
  name: 'ElectLeaders',
  versions: [0, 2],
  flexible: 2,
  request: {
    electionType: int8({ since: 1, default: 0 }),
    topicPartitions: array(struct({ topic: string(), partitions: array(int32()) }), { nullable: 0 }),
    timeoutMs: int32({ default: 60_000 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 1 }),
    replicaElectionResults: array(
      struct({
        topic: string(),
        partitionResult: array(
          struct({ partitionId: int32(), errorCode: int16(), errorMessage: errorText({ nullable: 0, default: null }) }),
        ),
      }),
    ),
  },
})
