import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, nullableStruct, string, struct, uuid } from '../schema/types.ts'

const topicPartitions = struct({ topicId: uuid(), partitions: array(int32()) })

/**
 * Joins, keeps alive and leaves a group of the new protocol, and brings the assignment (KIP-848).
 *
 * Epoch 0 joins, −1 leaves, −2 leaves a static member's place open. What is null has not changed since the request before.
 */
export const ConsumerGroupHeartbeat = api({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexible: 0,
  request: {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: string({ nullable: 0, default: null }),
    rackId: string({ nullable: 0, default: null }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    subscribedTopicNames: array(string(), { nullable: 0, default: null }),
    subscribedTopicRegex: string({ since: 1, nullable: 1, default: null }),
    serverAssignor: string({ nullable: 0, default: null }),
    topicPartitions: array(topicPartitions, { nullable: 0, default: null }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    memberId: string({ nullable: 0, default: null }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: nullableStruct({ topicPartitions: array(topicPartitions) }, { default: null }),
  },
})
