import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteGroups,
  DescribeGroups,
  FindCoordinator,
  Heartbeat,
  InitProducerId,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
} from '@odradek/protocol/messages'
import { makeTopic, until } from '../traps/kit.ts'
import type { Asked } from './asked.ts'

/**
 * Everything that groups can be asked, in every version, in every state that a test can bring about.
 *
 * Each question notes what it was and what came back, with ids and names replaced by what they stand for.
 */
export async function askGroups(asked: Asked): Promise<void> {
  const topic = await makeTopic(asked.client, { partitions: 3 })
  asked.stands(topic.name, 'TOPIC')
  asked.stands(topic.id, 'TOPIC-ID')
  await askForCoordinators(asked)
  await coordinatorsAreThere(asked)
  await askWithoutGroup(asked, topic)
  await askAboutJoining(asked)
  await askStableGroup(asked, topic)
  await askStaticMember(asked, topic)
  await askDuringRebalance(asked, topic)
  await askAboutOffsets(asked, topic)
  await askForProducerIds(asked)
}

interface Topic {
  readonly name: string
  readonly id: string
}

async function askForCoordinators(asked: Asked): Promise<void> {
  const group = asked.name('coordinated')
  for (const version of versionsOf(FindCoordinator)) {
    const request = { key: group, keyType: 0, coordinatorKeys: [group, ''], nodeId: -1, host: '', port: -1 }
    await asked.until(
      FindCoordinator,
      request,
      version,
      ({ errorCode, coordinators }) => errorCode === 0 && coordinators.every((each) => each.errorCode === 0),
    )
    if (version === 0) continue
    await asked.ask(FindCoordinator, { ...request, keyType: 9 }, version)
    if (version < 6) await asked.ask(FindCoordinator, { ...request, keyType: 2 }, version)
  }
  await asked.ask(FindCoordinator, { keyType: 0, coordinatorKeys: [] }, 6)
}

/** When the topic of committed offsets has just been made, each of its partitions has yet to be taken over. */
async function coordinatorsAreThere({ client }: Asked): Promise<void> {
  const groups = Array.from({ length: 500 }, (_, index) => `anybody-${index}`)
  await until('all partitions have a coordinator', async () => {
    const described = await client.call(DescribeGroups, { groups }, 0)
    return described.groups.every(({ errorCode }) => errorCode === 0)
  })
}

/** The group does not exist. */
async function askWithoutGroup(asked: Asked, topic: Topic): Promise<void> {
  for (const groupId of [asked.name('absent'), '']) {
    const member = { groupId, generationId: 1, memberId: 'm', groupInstanceId: null }
    for (const version of versionsOf(Heartbeat)) await asked.ask(Heartbeat, member, version)
    for (const version of versionsOf(SyncGroup)) {
      await asked.ask(SyncGroup, { ...member, protocolType: 'consumer', protocolName: 'range', assignments: [] }, version)
    }
    for (const version of versionsOf(LeaveGroup)) {
      const members = [
        { memberId: 'm', groupInstanceId: null, reason: null },
        ...(version < 3 ? [] : [{ memberId: '', groupInstanceId: 'i', reason: 'r' }]),
      ]
      await asked.ask(LeaveGroup, { groupId, memberId: 'm', members }, version)
    }
    for (const version of versionsOf(DescribeGroups)) {
      await asked.ask(DescribeGroups, { groups: [groupId, groupId], includeAuthorizedOperations: version >= 3 }, version)
    }
    for (const version of versionsOf(DeleteGroups)) await asked.ask(DeleteGroups, { groupsNames: [groupId, groupId] }, version)
    await asked.ask(OffsetDelete, { groupId, topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }] }, 0)
    for (const version of versionsOf(OffsetFetch)) await asked.ask(OffsetFetch, fetchOf(groupId, topic, [0, 7]), version)
    for (const version of versionsOf(OffsetCommit)) {
      await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, { 0: 1 }), generationIdOrMemberEpoch: 0, memberId: 'm' }, version)
    }
  }
}

async function askAboutJoining(asked: Asked): Promise<void> {
  for (const version of versionsOf(JoinGroup)) {
    const groupId = asked.name(`joining-v${version}`)
    const request = joinOf(groupId)
    await asked.ask(JoinGroup, { ...request, groupId: '' }, version)
    await asked.ask(JoinGroup, { ...request, sessionTimeoutMs: 5_999 }, version)
    await asked.ask(JoinGroup, { ...request, sessionTimeoutMs: 1_800_001 }, version)
    await asked.ask(JoinGroup, { ...request, memberId: 'stranger' }, version)
    await asked.ask(JoinGroup, { ...request, protocols: [] }, version)
    await asked.ask(JoinGroup, { ...request, protocolType: '' }, version)
  }
}

async function askStableGroup(asked: Asked, topic: Topic): Promise<void> {
  for (const version of versionsOf(JoinGroup)) {
    const groupId = asked.name(`stable-v${version}`)
    let joined = await asked.ask(JoinGroup, joinOf(groupId), version)
    if (version >= 4) joined = await asked.ask(JoinGroup, { ...joinOf(groupId), memberId: joined.memberId }, version)
    const member = { groupId, generationId: joined.generationId, memberId: joined.memberId, groupInstanceId: null }
    const syncing = { ...member, protocolType: 'consumer', protocolName: 'range' }
    await asked.ask(Heartbeat, member, 4)
    await asked.ask(SyncGroup, { ...syncing, generationId: 9, assignments: [] }, 5)
    await asked.ask(SyncGroup, { ...syncing, protocolType: 'connect', assignments: [] }, 5)
    await asked.ask(SyncGroup, { ...syncing, protocolName: 'sticky', assignments: [] }, 5)
    await asked.ask(SyncGroup, { ...syncing, protocolName: null, assignments: [] }, 5)
    await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, { 0: 1 }), ...ofMember(member) }, 9)
    await asked.ask(DescribeGroups, { groups: [groupId] }, 6)
    await asked.ask(
      SyncGroup,
      { ...syncing, assignments: [{ memberId: joined.memberId, assignment: Buffer.from('all') }] },
      Math.min(version, 5),
    )
    if (version !== 9) continue

    for (const each of versionsOf(SyncGroup)) await asked.ask(SyncGroup, { ...syncing, assignments: [] }, each)
    for (const each of versionsOf(Heartbeat)) {
      await asked.ask(Heartbeat, member, each)
      await asked.ask(Heartbeat, { ...member, generationId: 9 }, each)
      await asked.ask(Heartbeat, { ...member, memberId: 'stranger' }, each)
      if (each >= 3) await asked.ask(Heartbeat, { ...member, groupInstanceId: 'i' }, each)
    }
    for (const each of versionsOf(DescribeGroups))
      await asked.ask(DescribeGroups, { groups: [groupId], includeAuthorizedOperations: each >= 3 }, each)
    for (const each of versionsOf(ListGroups)) await asked.askFor(ListGroups, { statesFilter: each >= 4 ? ['sTaBle'] : [] }, each, groupId)
    await asked.askFor(ListGroups, { typesFilter: ['CLASSIC', 'share'] }, 5, groupId)
    await asked.askFor(ListGroups, { typesFilter: ['consumer'] }, 5, groupId)
    await asked.askFor(ListGroups, { typesFilter: ['nonsense'], statesFilter: [] }, 5, groupId)
    for (const each of versionsOf(OffsetCommit)) {
      await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, { 0: each }), ...ofMember(member) }, each)
      await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, { 0: 1 }), ...ofMember(member), generationIdOrMemberEpoch: 0 }, each)
      await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, { 0: 1 }), ...ofMember(member), memberId: 'stranger' }, each)
      await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, { 0: 1 }), ...ofMember(member), memberId: '' }, each)
      await asked.ask(OffsetCommit, commitOf(groupId, topic, { 0: 1 }), each)
    }
    await asked.ask(JoinGroup, { ...joinOf(groupId), memberId: joined.memberId, protocolType: 'connect' }, 9)
    await asked.ask(JoinGroup, { ...joinOf(groupId), protocols: [{ name: 'sticky', metadata: subscription(['x']) }] }, 9)
    await asked.ask(DeleteGroups, { groupsNames: [groupId, ''] }, 2)
    const both = [
      { name: topic.name, partitions: [{ partitionIndex: 0 }] },
      { name: 'no-such-topic', partitions: [{ partitionIndex: 0 }] },
    ]
    await asked.ask(OffsetDelete, { groupId, topics: both }, 0)
    await asked.ask(LeaveGroup, { groupId, memberId: '', members: [gone(joined.memberId), gone('stranger'), gone(''), gone('', 'i')] }, 5)
    await asked.ask(Heartbeat, member, 4)
    await asked.ask(SyncGroup, { ...syncing, assignments: [] }, 5)
    await asked.ask(DescribeGroups, { groups: [groupId] }, 6)
    await asked.ask(
      OffsetDelete,
      { groupId, topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }, { partitionIndex: 9 }] }] },
      0,
    )
    await asked.ask(DeleteGroups, { groupsNames: [groupId] }, 2)
    await asked.ask(DescribeGroups, { groups: [groupId] }, 6)
  }
}

async function askStaticMember(asked: Asked, topic: Topic): Promise<void> {
  for (const version of [5, 6, 7, 8, 9]) {
    const groupId = asked.name(`static-v${version}`)
    const request = { ...joinOf(groupId), groupInstanceId: 'i' }
    const first = await asked.ask(JoinGroup, request, version)
    const member = { groupId, generationId: first.generationId, memberId: first.memberId, groupInstanceId: 'i' }
    const syncing = { ...member, protocolType: 'consumer', protocolName: 'range' }
    await asked.ask(SyncGroup, { ...syncing, assignments: [{ memberId: first.memberId, assignment: Buffer.from('all') }] }, 5)
    const second = await asked.ask(JoinGroup, request, version)
    await asked.ask(SyncGroup, { ...syncing, memberId: second.memberId, assignments: [] }, 5)
    await asked.ask(Heartbeat, member, 4)
    await asked.ask(SyncGroup, { ...syncing, assignments: [] }, 5)
    await asked.ask(JoinGroup, { ...request, memberId: first.memberId }, version)
    await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, { 0: 1 }), ...ofMember(member) }, 8)
    await asked.ask(LeaveGroup, { groupId, memberId: '', members: [gone(first.memberId, 'i')] }, 5)
    await asked.ask(Heartbeat, { ...member, memberId: second.memberId, groupInstanceId: 'other' }, 4)
    await asked.ask(DescribeGroups, { groups: [groupId] }, 6)
    await asked.ask(LeaveGroup, { groupId, memberId: '', members: [gone('', 'i')] }, version >= 8 ? 5 : 3)
    await asked.ask(DescribeGroups, { groups: [groupId] }, 6)
  }
}

/** One member of two has joined anew. */
async function askDuringRebalance(asked: Asked, topic: Topic): Promise<void> {
  const groupId = asked.name('rebalancing')
  const { memberId } = await asked.ask(JoinGroup, joinOf(groupId), 9)
  const joined = await asked.ask(JoinGroup, { ...joinOf(groupId), memberId }, 9)
  const member = { groupId, generationId: joined.generationId, memberId, groupInstanceId: null }
  const syncing = { ...member, protocolType: 'consumer', protocolName: 'range' }
  await asked.ask(SyncGroup, { ...syncing, assignments: [{ memberId, assignment: Buffer.from('all') }] }, 5)
  await using second = await asked.connect()
  const newcomer = await asked.ask(JoinGroup, joinOf(groupId), 9)
  const parked = second.call(JoinGroup, { ...joinOf(groupId), memberId: newcomer.memberId }, 9)
  await sleep(200)
  await asked.ask(DescribeGroups, { groups: [groupId] }, 6)
  await asked.ask(Heartbeat, member, 4)
  await asked.ask(Heartbeat, { ...member, generationId: 9 }, 4)
  await asked.ask(SyncGroup, { ...syncing, assignments: [] }, 5)
  await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, { 0: 1 }), ...ofMember(member) }, 9)
  await asked.ask(OffsetDelete, { groupId, topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }] }, 0)
  await asked.ask(DeleteGroups, { groupsNames: [groupId] }, 2)
  await asked.ask(JoinGroup, { ...joinOf(groupId), memberId }, 9)
  asked.note('the parked join', await parked)
  await asked.ask(Heartbeat, { ...member, generationId: 2 }, 4)
  await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, { 0: 1 }), ...ofMember(member), generationIdOrMemberEpoch: 2 }, 9)
  const follower = second.call(SyncGroup, { ...syncing, generationId: 2, memberId: newcomer.memberId, assignments: [] }, 5)
  await sleep(100)
  await asked.ask(SyncGroup, { ...syncing, generationId: 2, assignments: [{ memberId, assignment: Buffer.from('mine') }] }, 5)
  asked.note('the parked sync', await follower)
  await asked.ask(DescribeGroups, { groups: [groupId] }, 6)
}

async function askAboutOffsets(asked: Asked, topic: Topic): Promise<void> {
  const groupId = asked.name('offsets')
  for (const version of versionsOf(OffsetCommit)) {
    await asked.ask(OffsetCommit, commitOf(groupId, topic, { 0: version, 2: 10 + version, 3: 1, 9: 1 }), version)
    await asked.ask(OffsetCommit, commitOf(groupId, { name: 'no-such-topic', id: 'AQEBAQEBAQEBAQEBAQEBAQ' }, { 0: 1 }), version)
    await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, {}), topics: [] }, version)
    const long = commitOf(groupId, topic, { 0: 1 }).topics.map((each) => ({
      ...each,
      partitions: [
        { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: version >= 6 ? 3 : -1, committedMetadata: 'x'.repeat(4097) },
        { partitionIndex: 1, committedOffset: -7, committedLeaderEpoch: version >= 6 ? 3 : -1, committedMetadata: 'note' },
      ],
    }))
    await asked.ask(OffsetCommit, { ...commitOf(groupId, topic, {}), topics: long }, version)
  }
  await asked.ask(OffsetCommit, commitOf(groupId, topic, { 0: 2n ** 53n + 1n }), 9)
  for (const version of versionsOf(OffsetFetch)) {
    await asked.ask(OffsetFetch, { ...fetchOf(groupId, topic, [0, 1, 2, 7]), requireStable: version >= 7 }, version)
    if (version >= 2) await asked.ask(OffsetFetch, fetchOf(groupId, topic, null), version)
    await asked.ask(OffsetFetch, fetchOf(groupId, { name: 'no-such-topic', id: 'AQEBAQEBAQEBAQEBAQEBAQ' }, [0]), version)
  }
  await asked.ask(OffsetDelete, { groupId, topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }] }, 0)
  await asked.ask(OffsetFetch, fetchOf(groupId, topic, null), 9)
  await asked.ask(DescribeGroups, { groups: [groupId] }, 6)
  await asked.ask(DeleteGroups, { groupsNames: [groupId] }, 0)
  await asked.ask(OffsetFetch, fetchOf(groupId, topic, [2]), 9)
  await asked.ask(OffsetCommit, commitOf('', topic, { 1: 4 }), 9)
  await asked.ask(OffsetFetch, fetchOf('', topic, [1]), 9)
  await asked.ask(DeleteGroups, { groupsNames: [''] }, 2)
}

async function askForProducerIds(asked: Asked): Promise<void> {
  const request = { transactionalId: null, transactionTimeoutMs: 60_000 }
  await asked.until(InitProducerId, request, 0, ({ errorCode }) => errorCode === 0)
  for (const version of versionsOf(InitProducerId)) {
    const { producerId } = await asked.ask(InitProducerId, request, version)
    asked.stands(producerId, 'PRODUCER-ID')
    await asked.ask(InitProducerId, { ...request, transactionalId: '' }, version)
    if (version < 3) continue
    await asked.ask(InitProducerId, { ...request, producerId: 5 }, version)
    await asked.ask(InitProducerId, { ...request, producerEpoch: 5 }, version)
  }
}

function versionsOf({ versions: [min, max] }: { readonly versions: readonly [number, number] }): readonly number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index)
}

function joinOf(groupId: string) {
  return {
    groupId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    groupInstanceId: null,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription(['TOPIC']) }],
    reason: null,
  }
}

function ofMember({
  generationId,
  memberId,
  groupInstanceId,
}: {
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}) {
  return { generationIdOrMemberEpoch: generationId, memberId, groupInstanceId }
}

function gone(memberId: string, groupInstanceId: string | null = null) {
  return { memberId, groupInstanceId, reason: null }
}

function commitOf(groupId: string, { name, id }: Topic, offsets: Readonly<Record<number, number | bigint>>) {
  const partitions = Object.entries(offsets).map(([partition, committedOffset]) => ({
    partitionIndex: Number(partition),
    committedOffset,
    committedMetadata: '',
  }))
  return { groupId, memberId: '', topics: [{ name, topicId: id, partitions }] }
}

function fetchOf(groupId: string, { name, id }: Topic, partitionIndexes: readonly number[] | null) {
  const topics = partitionIndexes === null ? null : [{ name, topicId: id, partitionIndexes }]
  return { groupId, topics, groups: [{ groupId, topics }] }
}

function subscription(topics: readonly string[]): Buffer {
  const names = topics.flatMap((topic) => [Buffer.from([0, topic.length]), Buffer.from(topic)])
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 0, topics.length]), ...names, Buffer.from([255, 255, 255, 255])])
}
