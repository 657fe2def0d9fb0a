import { errorCode } from '@odradek/protocol'
import { ConsumerGroupDescribe, DescribeGroups } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import type { Bytes } from '../bytes.ts'
import type { BrokerNode } from '../cluster/metadata.ts'
import type { Partitions } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { authorizedOperations } from './acl-words.ts'
import type { AclOperation } from './acl-words.ts'
import { checkGroupIds, isNotOfThisKind } from './groups.ts'
import type { GroupState, GroupType } from './groups.ts'
import { names } from './keys.ts'
import { assignedPartitions } from './member-assignment.ts'
import { question, verdict } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { coordinators } from './targets/coordinators.ts'

/** A member of a group that reads topics together. */
export interface MemberDescription {
  readonly memberId: string
  /** `group.instance.id` of a static member (KIP-345). */
  readonly groupInstanceId: string | undefined
  readonly clientId: string
  /** The address it connects from. */
  readonly host: string
  readonly rackId: string | undefined
  readonly assignment: Partitions
  /** What it will have when it has given up what goes; only with KIP-848. */
  readonly targetAssignment: Partitions | undefined
  /** Only with KIP-848. */
  readonly memberEpoch: number | undefined
  /** It has not changed to KIP-848 yet; undefined when the broker does not say. */
  readonly isClassic: boolean | undefined
}

export interface ConsumerGroupDescription {
  readonly groupId: string
  readonly type: GroupType
  readonly state: GroupState
  readonly coordinator: BrokerNode
  /** The name of the assignor; empty without members. */
  readonly partitionAssignor: string
  /** Nobody ever joined: offsets are committed and no more. */
  readonly isSimpleConsumerGroup: boolean
  readonly members: readonly MemberDescription[]
  /** Grows when what the assignment follows from has changed; only with KIP-848. */
  readonly groupEpoch: number | undefined
  /** Of which group epoch the target assignment is; only with KIP-848. */
  readonly targetAssignmentEpoch: number | undefined
  readonly authorizedOperations: readonly AclOperation[] | undefined
}

/** A member of any classic group. */
export interface ClassicMemberDescription {
  readonly memberId: string
  readonly groupInstanceId: string | undefined
  readonly clientId: string
  readonly host: string
  /** What its assignment says of partitions; empty where the protocol type is none of consumers. */
  readonly assignment: Partitions
  /** Its subscription as it wrote it. */
  readonly memberMetadata: Bytes
  /** Its assignment as the leader of the group wrote it. */
  readonly memberAssignment: Bytes
}

export interface ClassicGroupDescription {
  readonly groupId: string
  /** `consumer`, `connect` …; empty when nobody ever joined. */
  readonly protocol: string
  /** Of the protocol: for consumers the assignor. */
  readonly protocolData: string
  readonly state: GroupState
  readonly coordinator: BrokerNode
  readonly isSimpleConsumerGroup: boolean
  readonly members: readonly ClassicMemberDescription[]
  readonly authorizedOperations: readonly AclOperation[] | undefined
}

export interface DescribeGroupsOptions extends Waiting {
  readonly includeAuthorizedOperations?: boolean | undefined
}

export interface ConsumerGroupsAdmin {
  /**
   * Consumer groups with their members and who has which partition, of both protocols.
   *
   * Rejects with GROUP_ID_NOT_FOUND (brokers before 4.0 answer state Dead instead), GROUP_AUTHORIZATION_FAILED,
   * INCONSISTENT_GROUP_PROTOCOL for a group that is none of consumers.
   *
   * ```ts
   * const { state, members } = await admin.describeConsumerGroups(['billing']).of('billing')
   * ```
   */
  describeConsumerGroups(groupIds: readonly string[], options?: DescribeGroupsOptions): PerItem<string, ConsumerGroupDescription>

  /**
   * Groups of the classic protocol, whatever they are for: consumers, Kafka Connect, others (KIP-1043).
   *
   * ```ts
   * const { protocol, members } = await admin.describeClassicGroups(['connect-cluster']).of('connect-cluster')
   * ```
   */
  describeClassicGroups(groupIds: readonly string[], options?: DescribeGroupsOptions): PerItem<string, ClassicGroupDescription>
}

export function consumerGroupsAdmin(runner: Runner): ConsumerGroupsAdmin {
  return {
    describeConsumerGroups(groupIds, options = {}) {
      checkGroupIds('describeConsumerGroups', groupIds)
      return runner.items(describeConsumerGroups(options.includeAuthorizedOperations ?? false), names, groupIds, options)
    },
    describeClassicGroups(groupIds, options = {}) {
      checkGroupIds('describeClassicGroups', groupIds)
      return runner.items(describeClassicGroups(options.includeAuthorizedOperations ?? false), names, groupIds, options)
    },
  }
}

type DescribedClassicGroup = ResponseOf<typeof DescribeGroups>['groups'][number]
type DescribedConsumerGroup = ResponseOf<typeof ConsumerGroupDescribe>['groups'][number]

/** First as a group of the new protocol; one that is none, or a broker that knows none, is asked the classic way. */
function describeConsumerGroups(includeAuthorizedOperations: boolean): Operation<string, ConsumerGroupDescription> {
  return {
    name: 'describeConsumerGroups',
    target: coordinators('group', (groupId) => groupId),
    ask: question({
      api: ConsumerGroupDescribe,
      request: (groupIds) => ({ groupIds, includeAuthorizedOperations }),
      read: ({ groups }, _keys, coordinator) =>
        groups.map((group) => [
          group.groupId,
          isNotOfThisKind(group.errorCode) ? 'otherwise' : verdict(group, () => ofConsumerGroup(group, coordinator)),
        ]),
    }),
    otherwise: {
      name: 'describeConsumerGroups',
      target: coordinators('group', (groupId) => groupId),
      ask: question({
        api: DescribeGroups,
        request: (groups, { version }) => ({ groups, includeAuthorizedOperations: version >= 3 && includeAuthorizedOperations }),
        read: ({ groups }, _keys, coordinator) => groups.map((group) => [group.groupId, asConsumerGroup(group, coordinator)]),
      }),
    },
  }
}

function describeClassicGroups(includeAuthorizedOperations: boolean): Operation<string, ClassicGroupDescription> {
  return {
    name: 'describeClassicGroups',
    target: coordinators('group', (groupId) => groupId),
    ask: question({
      api: DescribeGroups,
      request: (groups, { version }) => ({ groups, includeAuthorizedOperations: version >= 3 && includeAuthorizedOperations }),
      read: ({ groups }, _keys, coordinator) =>
        groups.map((group) => [group.groupId, verdict(group, () => ofClassicGroup(group, coordinator))]),
    }),
  }
}

function ofConsumerGroup(group: DescribedConsumerGroup, coordinator: BrokerNode): ConsumerGroupDescription {
  return {
    groupId: group.groupId,
    type: 'consumer',
    state: group.groupState,
    coordinator,
    partitionAssignor: group.assignorName,
    isSimpleConsumerGroup: false,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId ?? undefined,
      clientId: member.clientId,
      host: member.clientHost,
      rackId: member.rackId ?? undefined,
      assignment: flattened(member.assignment),
      targetAssignment: flattened(member.targetAssignment),
      memberEpoch: member.memberEpoch,
      isClassic: member.memberType === -1 ? undefined : member.memberType === 0,
    })),
    groupEpoch: group.groupEpoch,
    targetAssignmentEpoch: group.assignmentEpoch,
    authorizedOperations: authorizedOperations(group.authorizedOperations),
  }
}

function flattened({
  topicPartitions,
}: {
  readonly topicPartitions: readonly { readonly topicName: string; readonly partitions: readonly number[] }[]
}): Partitions {
  return topicPartitions.flatMap(({ topicName, partitions }) => partitions.map((partition) => ({ topic: topicName, partition })))
}

function asConsumerGroup(group: DescribedClassicGroup, coordinator: BrokerNode): Verdict<ConsumerGroupDescription> {
  const { protocolType } = group
  if (group.errorCode === 0 && protocolType !== 'consumer' && protocolType !== '')
    return {
      code: errorCode('INCONSISTENT_GROUP_PROTOCOL'),
      said: `it is no consumer group but one of ${protocolType}; describeClassicGroups describes it`,
    }
  return verdict(group, () => {
    const { groupId, protocolData, state, members, isSimpleConsumerGroup, authorizedOperations } = ofClassicGroup(group, coordinator)
    return {
      groupId,
      type: 'classic',
      state,
      coordinator,
      partitionAssignor: protocolData,
      isSimpleConsumerGroup,
      members: members.map(({ memberMetadata: _metadata, memberAssignment: _assignment, ...member }) => ({
        ...member,
        rackId: undefined,
        targetAssignment: undefined,
        memberEpoch: undefined,
        isClassic: true,
      })),
      groupEpoch: undefined,
      targetAssignmentEpoch: undefined,
      authorizedOperations,
    }
  })
}

function ofClassicGroup(group: DescribedClassicGroup, coordinator: BrokerNode): ClassicGroupDescription {
  const { groupId, protocolType, protocolData, groupState, members } = group
  return {
    groupId,
    protocol: protocolType,
    protocolData,
    state: groupState,
    coordinator,
    isSimpleConsumerGroup: protocolType === '',
    members: members.map(({ memberId, groupInstanceId, clientId, clientHost, memberMetadata, memberAssignment }) => ({
      memberId,
      groupInstanceId: groupInstanceId ?? undefined,
      clientId,
      host: clientHost,
      assignment: protocolType === 'consumer' ? assignedPartitions(memberAssignment) : [],
      memberMetadata,
      memberAssignment,
    })),
    authorizedOperations: authorizedOperations(group.authorizedOperations),
  }
}
