import { StreamsGroupDescribe } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import type { BrokerNode } from '../cluster/metadata.ts'
import type { Waiting } from '../waiting.ts'
import { authorizedOperations } from './acl-words.ts'
import type { AclOperation } from './acl-words.ts'
import type { DescribeGroupsOptions } from './consumer-groups.ts'
import { checkGroupIds } from './groups.ts'
import type { GroupState } from './groups.ts'
import { names } from './keys.ts'
import { question, verdict } from './operation.ts'
import type { Operation } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { coordinators } from './targets/coordinators.ts'

/** Tasks of one subtopology. */
export interface StreamsTasks {
  readonly subtopologyId: string
  readonly partitions: readonly number[]
}

export interface StreamsAssignment {
  readonly activeTasks: readonly StreamsTasks[]
  readonly standbyTasks: readonly StreamsTasks[]
  readonly warmupTasks: readonly StreamsTasks[]
}

export interface StreamsTaskOffset {
  readonly subtopologyId: string
  readonly partition: number
  readonly offset: number
}

export interface StreamsMemberDescription {
  readonly memberId: string
  readonly memberEpoch: number
  readonly instanceId: string | undefined
  readonly rackId: string | undefined
  readonly clientId: string
  readonly host: string
  readonly topologyEpoch: number
  readonly processId: string
  /** Where interactive queries are answered. */
  readonly userEndpoint: { readonly host: string; readonly port: number } | undefined
  readonly clientTags: ReadonlyMap<string, string>
  readonly taskOffsets: readonly StreamsTaskOffset[]
  readonly taskEndOffsets: readonly StreamsTaskOffset[]
  readonly assignment: StreamsAssignment
  readonly targetAssignment: StreamsAssignment
  readonly isClassic: boolean
}

export interface StreamsTopicInfo {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: ReadonlyMap<string, string>
}

export interface StreamsSubtopology {
  readonly subtopologyId: string
  readonly sourceTopics: readonly string[]
  readonly repartitionSinkTopics: readonly string[]
  readonly stateChangelogTopics: readonly StreamsTopicInfo[]
  readonly repartitionSourceTopics: readonly StreamsTopicInfo[]
}

export interface StreamsGroupDescription {
  readonly groupId: string
  readonly state: GroupState
  readonly coordinator: BrokerNode
  readonly groupEpoch: number
  readonly targetAssignmentEpoch: number
  /** 0 while the group has no topology. */
  readonly topologyEpoch: number
  readonly subtopologies: readonly StreamsSubtopology[]
  readonly members: readonly StreamsMemberDescription[]
  readonly authorizedOperations: readonly AclOperation[] | undefined
}

export interface StreamsGroupsAdmin {
  /**
   * Groups of Kafka Streams with their topology, members and tasks (KIP-1071). Rejects with GROUP_ID_NOT_FOUND.
   *
   * ```ts
   * const { members } = await admin.describeStreamsGroups(['word-count']).of('word-count')
   * ```
   */
  describeStreamsGroups(groupIds: readonly string[], options?: DescribeGroupsOptions): PerItem<string, StreamsGroupDescription>
}

export function streamsGroupsAdmin(runner: Runner): StreamsGroupsAdmin {
  return {
    describeStreamsGroups(groupIds, { includeAuthorizedOperations = false, ...waiting }: DescribeGroupsOptions & Waiting = {}) {
      checkGroupIds('describeStreamsGroups', groupIds)
      return runner.items(describeStreamsGroups(includeAuthorizedOperations), names, groupIds, waiting)
    },
  }
}

type Described = ResponseOf<typeof StreamsGroupDescribe>['groups'][number]
type DescribedMember = Described['members'][number]
type DescribedTopic = {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly topicConfigs: Pairs
}
type Pairs = readonly { readonly key: string; readonly value: string }[]

function describeStreamsGroups(includeAuthorizedOperations: boolean): Operation<string, StreamsGroupDescription> {
  return {
    name: 'describeStreamsGroups',
    target: coordinators('group', (groupId) => groupId),
    ask: question({
      api: StreamsGroupDescribe,
      request: (groupIds) => ({ groupIds, includeAuthorizedOperations }),
      read: ({ groups }, _keys, coordinator) => groups.map((group) => [group.groupId, verdict(group, () => described(group, coordinator))]),
    }),
  }
}

function described(group: Described, coordinator: BrokerNode): StreamsGroupDescription {
  return {
    groupId: group.groupId,
    state: group.groupState,
    coordinator,
    groupEpoch: group.groupEpoch,
    targetAssignmentEpoch: group.assignmentEpoch,
    topologyEpoch: group.topology?.epoch ?? 0,
    subtopologies: (group.topology?.subtopologies ?? []).map((subtopology) => ({
      subtopologyId: subtopology.subtopologyId,
      sourceTopics: subtopology.sourceTopics,
      repartitionSinkTopics: subtopology.repartitionSinkTopics,
      stateChangelogTopics: subtopology.stateChangelogTopics.map(topicOf),
      repartitionSourceTopics: subtopology.repartitionSourceTopics.map(topicOf),
    })),
    members: group.members.map(memberOf),
    authorizedOperations: authorizedOperations(group.authorizedOperations),
  }
}

function memberOf(member: DescribedMember): StreamsMemberDescription {
  return {
    memberId: member.memberId,
    memberEpoch: member.memberEpoch,
    instanceId: member.instanceId ?? undefined,
    rackId: member.rackId ?? undefined,
    clientId: member.clientId,
    host: member.clientHost,
    topologyEpoch: member.topologyEpoch,
    processId: member.processId,
    userEndpoint: member.userEndpoint ?? undefined,
    clientTags: pairs(member.clientTags),
    taskOffsets: member.taskOffsets,
    taskEndOffsets: member.taskEndOffsets,
    assignment: member.assignment,
    targetAssignment: member.targetAssignment,
    isClassic: member.isClassic,
  }
}

function topicOf({ name, partitions, replicationFactor, topicConfigs }: DescribedTopic): StreamsTopicInfo {
  return { name, partitions, replicationFactor, config: pairs(topicConfigs) }
}

const pairs = (list: Pairs): ReadonlyMap<string, string> => new Map(list.map(({ key, value }) => [key, value]))
