import { array, bytes, int32, int64, int64Exact, int8, nullableStruct, string, struct, uuid } from '../schema/types.ts'
import { entry } from './entry.ts'

/** The epoch of a group of the new protocol (KIP-848), raised whenever what it subscribes to changes. */
export const ConsumerGroupMetadataEntry = entry({
  type: 3,
  name: 'ConsumerGroupMetadata',
  key: { groupId: string() },
  versions: [0, 0],
  flexible: 0,
  written: 0,
  value: { epoch: int32(), metadataHash: int64Exact({ tag: 0, default: 0 }) },
})

/**
 * What a member said about itself. `classicMemberMetadata` is there for one that came by the classic protocol, and has to be
 * given as null for the others: absent it is a struct of zeros, as in Kafka.
 */
export const ConsumerGroupMemberMetadataEntry = entry({
  type: 5,
  name: 'ConsumerGroupMemberMetadata',
  key: { groupId: string(), memberId: string() },
  versions: [0, 0],
  flexible: 0,
  written: 0,
  value: {
    instanceId: string({ nullable: 0 }),
    rackId: string({ nullable: 0 }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
    subscribedTopicRegex: string({ nullable: 0 }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    serverAssignor: string({ nullable: 0 }),
    classicMemberMetadata: nullableStruct(
      { sessionTimeoutMs: int32(), supportedProtocols: array(struct({ name: string(), metadata: bytes() })) },
      { tag: 0 },
    ),
  },
})

/** The epoch for which the target assignment was made. */
export const ConsumerGroupTargetAssignmentMetadataEntry = entry({
  type: 6,
  name: 'ConsumerGroupTargetAssignmentMetadata',
  key: { groupId: string() },
  versions: [0, 0],
  flexible: 0,
  written: 0,
  value: { assignmentEpoch: int32(), assignmentTimestamp: int64({ tag: 0, default: 0, ignorable: true, sentinel: true }) },
})

/** The partitions that a member shall have. */
export const ConsumerGroupTargetAssignmentMemberEntry = entry({
  type: 7,
  name: 'ConsumerGroupTargetAssignmentMember',
  key: { groupId: string(), memberId: string() },
  versions: [0, 0],
  flexible: 0,
  written: 0,
  value: { topicPartitions: array(struct({ topicId: uuid(), partitions: array(int32()) })) },
})

const topicPartitions = struct({
  topicId: uuid(),
  partitions: array(int32()),
  /** For each partition the epoch in which the member got it. */
  assignmentEpochs: array(int32(), { nullable: 0, tag: 0 }),
})

/** The partitions that a member has, and those it has yet to give back. */
export const ConsumerGroupCurrentMemberAssignmentEntry = entry({
  type: 8,
  name: 'ConsumerGroupCurrentMemberAssignment',
  key: { groupId: string(), memberId: string() },
  versions: [0, 0],
  flexible: 0,
  written: 0,
  value: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(topicPartitions),
    partitionsPendingRevocation: array(topicPartitions),
  },
})

/** The topics that a regular expression stands for. */
export const ConsumerGroupRegularExpressionEntry = entry({
  type: 16,
  name: 'ConsumerGroupRegularExpression',
  key: { groupId: string(), regularExpression: string() },
  versions: [0, 0],
  flexible: 0,
  written: 0,
  value: { topics: array(string()), version: int64(), timestamp: int64({ sentinel: true }) },
})
