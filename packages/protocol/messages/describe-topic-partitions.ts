import { api } from '../schema/api.ts'
import { array, bool, int16, int32, nullableStruct, string, struct, uuid } from '../schema/types.ts'

/** Topics and their partitions page by page, with the replicas that may be elected though not in sync (KIP-966). */
export const DescribeTopicPartitions = api({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: [0, 0],
  flexible: 0,
  request: {
    topics: array(struct({ name: string() })),
    responsePartitionLimit: int32({ default: 2000 }),
    cursor: nullableStruct({ topicName: string(), partitionIndex: int32() }, { default: null }),
  },
  response: {
    throttleTimeMs: int32({ default: 0, ignorable: true }),
    topics: array(
      struct({
        errorCode: int16(),
        name: string({ nullable: 0 }),
        topicId: uuid({ ignorable: true }),
        isInternal: bool({ default: false, ignorable: true }),
        partitions: array(
          struct({
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32({ default: -1, ignorable: true }),
            replicaNodes: array(int32()),
            isrNodes: array(int32()),
            eligibleLeaderReplicas: array(int32(), { nullable: 0, default: null }),
            lastKnownElr: array(int32(), { nullable: 0, default: null }),
            offlineReplicas: array(int32(), { ignorable: true }),
          }),
        ),
        topicAuthorizedOperations: int32({ default: -(2 ** 31) }),
      }),
    ),
    nextCursor: nullableStruct({ topicName: string(), partitionIndex: int32() }, { default: null }),
  },
})
