import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorName, KafkaError } from '@odradek/protocol'
import { MemoryCoordinatorLog } from '../runtime/memory-coordinator-log.ts'
import { contextOf, GroupStory, stableGroup, watch } from './group-story.ts'

async function deleteGroups(story: GroupStory, ...groupsNames: string[]) {
  const answer = watch(story.coordinator.deleteGroups({ groupsNames }))
  await story.time.runTurn()
  return Object.fromEntries((answer.answer?.results ?? []).map(({ groupId, errorCode }) => [groupId, errorName(errorCode)]))
}

async function deleteOffsets(story: GroupStory, groupId: string, ...places: string[]) {
  const topics = places.map((place) => ({ name: place.split('-')[0] ?? '', partitions: [{ partitionIndex: Number(place.split('-')[1]) }] }))
  const answer = watch(story.coordinator.deleteOffsets({ groupId, topics }))
  await story.time.runTurn()
  if (answer.answer?.errorCode !== 0) return errorName(answer.answer?.errorCode ?? -1)
  return answer.answer.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorName(errorCode)))
}

async function list(story: GroupStory, statesFilter: readonly string[] = [], typesFilter: readonly string[] = []) {
  const answer = watch(story.coordinator.listGroups({ statesFilter, typesFilter }))
  await story.time.runTurn()
  assert.equal(answer.answer?.errorCode, 0)
  return answer.answer.groups
    .map(({ groupId, protocolType, groupState, groupType }) => [groupId, protocolType, groupState, groupType].join(' '))
    .toSorted()
}

test('a stable group shows what its members say and have, a rebalancing one only who they are', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob', { instanceId: 'b' })]
  await stableGroup(story, ann, bob)
  const { members, ...group } = await story.describe()
  assert.deepEqual(group, { errorCode: 0, groupId: 'g', groupState: 'Stable', protocolType: 'consumer', protocolData: 'range' })
  assert.deepEqual(
    members.map((member) => ({
      ...member,
      memberMetadata: member.memberMetadata.length > 0,
      memberAssignment: Buffer.from(member.memberAssignment).toString(),
    })),
    [
      {
        memberId: ann.memberId,
        groupInstanceId: null,
        clientId: 'ann',
        clientHost: '/127.0.0.1',
        memberMetadata: true,
        memberAssignment: 'ann',
      },
      {
        memberId: bob.memberId,
        groupInstanceId: 'b',
        clientId: 'bob',
        clientHost: '/127.0.0.1',
        memberMetadata: true,
        memberAssignment: 'bob',
      },
    ],
  )
  await ann.sendJoin()
  const rebalancing = await story.describe()
  assert.equal(rebalancing.protocolData, '')
  assert.deepEqual(
    rebalancing.members.map(({ memberMetadata }) => memberMetadata.length),
    [0, 0],
  )
})

test('a group that is not there is dead, and from version 6 not found', async () => {
  const story = await GroupStory.begin()
  const describe = async (apiVersion: number) => {
    const answer = watch(
      story.coordinator.describeGroups({ groups: ['x'], includeAuthorizedOperations: false }, contextOf('a', apiVersion)),
    )
    await story.time.runTurn()
    return answer.answer?.groups[0]
  }
  assert.deepEqual([(await describe(5))?.groupState, (await describe(5))?.errorCode], ['Dead', 0])
  assert.deepEqual([(await describe(6))?.groupState, errorName((await describe(6))?.errorCode ?? 0)], ['Dead', 'GROUP_ID_NOT_FOUND'])
})

test('groups are listed by state and type, whatever the case', async () => {
  const story = await GroupStory.begin()
  await stableGroup(story, story.member('ann', { groupId: 'stable' }))
  await story.member('bob', { groupId: 'joining' }).join()
  await story.commit({ 'orders-0': 1 }, { groupId: 'simple' })
  const [joining, simple, stable] = [
    'joining consumer PreparingRebalance classic',
    'simple  Empty classic',
    'stable consumer Stable classic',
  ]
  assert.deepEqual(await list(story), [joining, simple, stable])
  assert.deepEqual(await list(story, ['sTABLE', ' empty ']), [simple, stable])
  assert.deepEqual(await list(story, ['nonsense']), [])
  assert.deepEqual(await list(story, [], ['Classic']), [joining, simple, stable])
  assert.deepEqual(await list(story, [], ['consumer']), [])
  assert.deepEqual(await list(story, ['stable'], ['classic', 'share']), [stable])
})

test('while a partition is being loaded, the list says so', async () => {
  const story = await GroupStory.begin({}, new MemoryCoordinatorLog(2))
  story.coordinator.elected(1, 1)
  const answer = watch(story.coordinator.listGroups({ statesFilter: [], typesFilter: [] }))
  await story.time.runTurn()
  assert.equal(errorName(answer.answer?.errorCode ?? 0), 'COORDINATOR_LOAD_IN_PROGRESS')
})

test('only groups without members can be deleted, and their offsets go with them', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await stableGroup(story, ann)
  await ann.commit({ 'orders-0': 1 })
  await story.commit({ 'orders-0': 1, 'bills-3': 2 }, { groupId: 'simple' })
  assert.deepEqual(await deleteGroups(story, 'g', 'simple', 'x', 'simple'), {
    g: 'NON_EMPTY_GROUP',
    simple: 'NONE',
    x: 'GROUP_ID_NOT_FOUND',
  })
  assert.deepEqual(await story.offsets(null, { groupId: 'simple' }), {})
  await ann.leave()
  assert.deepEqual(await deleteGroups(story, 'g'), { g: 'NONE' })
  await story.failOver()
  assert.deepEqual(await list(story), [])
})

test('a group whose deletion can not be written is there as before', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await stableGroup(story, ann)
  await ann.commit({ 'orders-0': 1 })
  await ann.leave()
  story.log.failNext(new KafkaError('NOT_ENOUGH_REPLICAS'))
  assert.deepEqual(await deleteGroups(story, 'g'), { g: 'COORDINATOR_NOT_AVAILABLE' })
  assert.deepEqual(await list(story), ['g consumer Empty classic'])
  assert.deepEqual(await story.offsets(), { 'orders-0': 1 })
  await ann.join()
})

test('offsets in use can not be deleted, others can', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann', { topics: ['orders'] })
  await stableGroup(story, ann)
  await ann.commit({ 'orders-0': 1, 'bills-0': 2, 'bills-1': 3 })
  assert.deepEqual(await deleteOffsets(story, 'g', 'orders-0', 'bills-0', 'bills-7'), ['GROUP_SUBSCRIBED_TO_TOPIC', 'NONE', 'NONE'])
  assert.deepEqual(await story.offsets(), { 'orders-0': 1, 'bills-1': 3 })
  await ann.leave()
  assert.deepEqual(await deleteOffsets(story, 'g', 'orders-0'), ['NONE'])
})

test('the errors of deleting offsets', async () => {
  const story = await GroupStory.begin()
  assert.equal(await deleteOffsets(story, 'x', 'orders-0'), 'GROUP_ID_NOT_FOUND')
  assert.equal(await deleteOffsets(story, '', 'orders-0'), 'INVALID_GROUP_ID')
  await stableGroup(story, story.member('ann', { protocolType: 'connect' }))
  assert.equal(await deleteOffsets(story, 'g', 'orders-0'), 'NON_EMPTY_GROUP')
})

test('consumers whose subscription can not be read are taken to use every topic', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await ann.join({ protocols: [{ name: 'range', metadata: Buffer.from([0, 0, 0, 0, 0, 9, 1]) }] })
  await story.pass(3_000)
  await ann.sync([[ann, 'all']])
  assert.deepEqual(await deleteOffsets(story, 'g', 'orders-0'), ['GROUP_SUBSCRIBED_TO_TOPIC'])
})

test('when a topic is deleted its offsets are forgotten in all groups', async () => {
  const story = await GroupStory.begin()
  await story.commit({ 'orders-0': 1, 'orders-1': 1, 'bills-0': 1 }, { groupId: 'a' })
  await story.commit({ 'orders-0': 1 }, { groupId: 'b' })
  story.coordinator.topicDeleted('orders')
  await story.time.runTurn()
  await story.failOver()
  assert.deepEqual(await story.offsets(null, { groupId: 'a' }), { 'bills-0': 1 })
  assert.deepEqual(await story.offsets(null, { groupId: 'b' }), {})
})

test('groups are spread over partitions as Kafka spreads them', async () => {
  const story = await GroupStory.begin({}, new MemoryCoordinatorLog(50))
  // Java's hash of "polygenelubricants" is -2^31, whose absolute value Java can not say.
  assert.deepEqual(
    ['', 'g', 'test', 'my-group', 'polygenelubricants'].map((groupId) => story.coordinator.partitionFor(groupId)),
    [0, 3, 48, 12, 0],
  )
})
