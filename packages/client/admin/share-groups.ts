import { AlterShareGroupOffsets, DeleteShareGroupOffsets, DescribeShareGroupOffsets, ShareGroupDescribe } from '@odradek/protocol/messages'
import type { BrokerNode } from '../cluster/metadata.ts'
import type { Partitions, TopicPartition } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { authorizedOperations } from './acl-words.ts'
import type { AclOperation } from './acl-words.ts'
import { checkInteger, checkList, checkName, checkPartitions } from './check.ts'
import type { DescribeGroupsOptions } from './consumer-groups.ts'
import type { GroupOffsetsSpec } from './group-offsets.ts'
import { checkGroupIds } from './groups.ts'
import type { GroupState } from './groups.ts'
import { names, partitionOf, partitions, perTopic } from './keys.ts'
import { KeyedMap } from './keyed-map.ts'
import { question, saidByBroker, unlessFailed, verdict } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { coordinators } from './targets/coordinators.ts'
import { codes } from './targets/target.ts'

export interface ShareMemberDescription {
  readonly memberId: string
  readonly memberEpoch: number
  readonly clientId: string
  readonly host: string
  readonly rackId: string | undefined
  readonly subscribedTopics: readonly string[]
  readonly assignment: Partitions
}

export interface ShareGroupDescription {
  readonly groupId: string
  readonly state: GroupState
  readonly coordinator: BrokerNode
  readonly members: readonly ShareMemberDescription[]
  readonly assignor: string
  readonly groupEpoch: number
  readonly targetAssignmentEpoch: number
  readonly authorizedOperations: readonly AclOperation[] | undefined
}

/** From where a share group reads a partition. */
export interface SharePartitionOffset extends TopicPartition {
  readonly startOffset: number
  readonly leaderEpoch: number | undefined
  /** Records not yet delivered for good; undefined when the broker does not say (KIP-1226). */
  readonly lag: number | undefined
}

/** Undefined for a partition that was asked for and has no start offset. */
export type ShareGroupOffsets = ReadonlyMap<TopicPartition, SharePartitionOffset | undefined>

export interface ShareGroupsAdmin {
  /**
   * Share groups with their members and what these read (KIP-932). Rejects with GROUP_ID_NOT_FOUND.
   *
   * ```ts
   * const { members } = await admin.describeShareGroups(['emails']).of('emails')
   * ```
   */
  describeShareGroups(groupIds: readonly string[], options?: DescribeGroupsOptions): PerItem<string, ShareGroupDescription>

  /**
   * From where share groups read; all their partitions when none are given.
   *
   * ```ts
   * const offsets = await admin.listShareGroupOffsets(['emails']).of('emails')
   * ```
   */
  listShareGroupOffsets(groups: readonly GroupOffsetsSpec[], options?: Waiting): PerItem<string, ShareGroupOffsets>

  /**
   * Moves the start offsets of a share group that has no members. Rejects with NON_EMPTY_GROUP.
   *
   * ```ts
   * await admin.alterShareGroupOffsets('emails', [{ topic: 'mail', partition: 0, offset: 0 }])
   * ```
   */
  alterShareGroupOffsets(
    groupId: string,
    offsets: readonly (TopicPartition & { readonly offset: number })[],
    options?: Waiting,
  ): PerItem<TopicPartition, void>

  /**
   * Makes a share group without members forget its offsets of some topics.
   *
   * ```ts
   * await admin.deleteShareGroupOffsets('emails', ['mail'])
   * ```
   */
  deleteShareGroupOffsets(groupId: string, topics: readonly string[], options?: Waiting): PerItem<string, void>
}

export function shareGroupsAdmin(runner: Runner): ShareGroupsAdmin {
  return {
    describeShareGroups(groupIds, { includeAuthorizedOperations = false, ...waiting } = {}) {
      checkGroupIds('describeShareGroups', groupIds)
      return runner.items(describeShareGroups(includeAuthorizedOperations), names, groupIds, waiting)
    },

    listShareGroupOffsets(groups, waiting) {
      checkList('listShareGroupOffsets', 'groups', groups)
      const specs = new Map(groups.map((group) => (typeof group === 'string' ? [group, undefined] : [group.groupId, group.partitions])))
      checkGroupIds('listShareGroupOffsets', [...specs.keys()])
      return runner.items(listOffsets(specs), names, [...specs.keys()], waiting)
    },

    alterShareGroupOffsets(groupId, offsets, waiting) {
      checkName('alterShareGroupOffsets', 'groupId', groupId)
      checkPartitions('alterShareGroupOffsets', offsets)
      for (const { topic, partition, offset } of offsets)
        checkInteger('alterShareGroupOffsets', `offset of ${topic}-${partition}`, offset, 0)
      const byPartition = new KeyedMap<TopicPartition, number>(
        partitions.identify,
        offsets.map((offset) => [offset, offset.offset]),
      )
      return runner.items(alterOffsets(groupId, byPartition), partitions, offsets.map(partitionOf), waiting)
    },

    deleteShareGroupOffsets(groupId, topics, waiting) {
      checkName('deleteShareGroupOffsets', 'groupId', groupId)
      checkList('deleteShareGroupOffsets', 'topics', topics)
      return runner.items(deleteOffsets(groupId), names, topics, waiting)
    },
  }
}

function describeShareGroups(includeAuthorizedOperations: boolean): Operation<string, ShareGroupDescription> {
  return {
    name: 'describeShareGroups',
    target: coordinators('group', (groupId) => groupId),
    ask: question({
      api: ShareGroupDescribe,
      request: (groupIds) => ({ groupIds, includeAuthorizedOperations }),
      read: ({ groups }, _keys, coordinator) =>
        groups.map((group) => [
          group.groupId,
          verdict(group, () => ({
            groupId: group.groupId,
            state: group.groupState,
            coordinator,
            assignor: group.assignorName,
            groupEpoch: group.groupEpoch,
            targetAssignmentEpoch: group.assignmentEpoch,
            members: group.members.map((member) => ({
              memberId: member.memberId,
              memberEpoch: member.memberEpoch,
              clientId: member.clientId,
              host: member.clientHost,
              rackId: member.rackId ?? undefined,
              subscribedTopics: member.subscribedTopicNames,
              assignment: member.assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
                partitions.map((partition) => ({ topic: topicName, partition })),
              ),
            })),
            authorizedOperations: authorizedOperations(group.authorizedOperations),
          })),
        ]),
    }),
  }
}

function listOffsets(specs: ReadonlyMap<string, Partitions | undefined>): Operation<string, ShareGroupOffsets> {
  return {
    name: 'listShareGroupOffsets',
    target: coordinators('group', (groupId) => groupId),
    ask: question({
      api: DescribeShareGroupOffsets,
      request: (groupIds) => ({
        groups: groupIds.map((groupId) => {
          const asked = specs.get(groupId)
          const topics = asked && perTopic(asked, (topicName, of) => ({ topicName, partitions: of.map(({ partition }) => partition) }))
          return { groupId, topics: topics ?? null }
        }),
      }),
      read: ({ groups }) =>
        groups.map((group) => {
          if (group.errorCode !== 0) return [group.groupId, saidByBroker(group.errorCode, group.errorMessage)]
          const offsets = new KeyedMap<TopicPartition, SharePartitionOffset | undefined>(partitions.identify)
          for (const { topicName, partitions } of group.topics) {
            for (const { partitionIndex, startOffset, leaderEpoch, lag, errorCode, errorMessage } of partitions) {
              if (errorCode !== 0)
                return [group.groupId, { code: errorCode, said: `of ${topicName}-${partitionIndex}: ${errorMessage ?? ''}` }]
              const key = { topic: topicName, partition: partitionIndex }
              const known = { ...key, startOffset, leaderEpoch: orUndefined(leaderEpoch), lag: orUndefined(lag) }
              offsets.set(key, startOffset < 0 ? undefined : known)
            }
          }
          return [group.groupId, { value: offsets }]
        }),
    }),
  }
}

const orUndefined = (number: number): number | undefined => (number < 0 ? undefined : number)

function alterOffsets(groupId: string, offsets: KeyedMap<TopicPartition, number>): Operation<TopicPartition, void> {
  return {
    name: `alterShareGroupOffsets ${groupId}`,
    target: coordinators('group', () => groupId),
    retries: codes('REBALANCE_IN_PROGRESS'),
    ask: question({
      api: AlterShareGroupOffsets,
      request: (keys) => ({
        groupId,
        topics: perTopic(keys, (topicName, of) => ({
          topicName,
          partitions: of.map((key) => ({ partitionIndex: key.partition, startOffset: offsets.get(key) ?? 0 })),
        })),
      }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () =>
          answer.responses.flatMap(({ topicName, partitions }) =>
            partitions.map((partition): readonly [TopicPartition, Verdict<void>] => [
              { topic: topicName, partition: partition.partitionIndex },
              verdict(partition, () => undefined),
            ]),
          ),
        ),
    }),
  }
}

function deleteOffsets(groupId: string): Operation<string, void> {
  return {
    name: `deleteShareGroupOffsets ${groupId}`,
    target: coordinators('group', () => groupId),
    retries: codes('REBALANCE_IN_PROGRESS'),
    ask: question({
      api: DeleteShareGroupOffsets,
      request: (topics) => ({ groupId, topics: topics.map((topicName) => ({ topicName })) }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => answer.responses.map((topic) => [topic.topicName, verdict(topic, () => undefined)])),
    }),
  }
}
