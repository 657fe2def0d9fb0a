import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_UUID } from '@odradek/common/bytes'
import { KafkaError } from '@odradek/protocol'
import { commitRequest, contextOf, GroupStory, stableGroup, syncAll, watch } from '../group-story.ts'

test('who commits without a group makes a simple one', async () => {
  const story = await GroupStory.begin()
  assert.deepEqual(await story.commit({ 'orders-0': 10, 'orders-1': 11 }), ['NONE', 'NONE'])
  assert.deepEqual(await story.offsets(['orders-0', 'orders-1', 'orders-2']), { 'orders-0': 10, 'orders-1': 11, 'orders-2': -1 })
  assert.deepEqual(await story.offsets(null), { 'orders-0': 10, 'orders-1': 11 })
  const { groupState, protocolType } = await story.describe()
  assert.deepEqual([groupState, protocolType], ['Empty', ''])
})

test('an offset above 2^53 comes back digit by digit, also from another coordinator', async () => {
  const story = await GroupStory.begin()
  await story.commit({ 'orders-0': 2n ** 53n + 1n, 'orders-1': 2n ** 63n - 1n })
  const expected = { 'orders-0': 2n ** 53n + 1n, 'orders-1': 2n ** 63n - 1n }
  assert.deepEqual(await story.offsets(), expected)
  await story.failOver()
  assert.deepEqual(await story.offsets(), expected)
})

test('a generation of a group that is not there: GROUP_ID_NOT_FOUND, which old clients do not know', async () => {
  const story = await GroupStory.begin()
  assert.deepEqual(await story.commit({ 'orders-0': 1 }, { generationIdOrMemberEpoch: 0, memberId: 'x' }, 9), ['GROUP_ID_NOT_FOUND'])
  assert.deepEqual(await story.commit({ 'orders-0': 1 }, { generationIdOrMemberEpoch: 0, memberId: 'x' }, 8), ['ILLEGAL_GENERATION'])
  assert.equal(await story.state(), 'Dead')
})

test('members commit in their generation, and nobody else beside them', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await stableGroup(story, ann)
  assert.equal(await ann.commit({ 'orders-0': 5 }), 'NONE')
  assert.equal(await ann.commit({ 'orders-0': 6 }, { generationIdOrMemberEpoch: 0 }), 'ILLEGAL_GENERATION')
  assert.equal(await ann.commit({ 'orders-0': 6 }, { generationIdOrMemberEpoch: 2 }), 'ILLEGAL_GENERATION')
  assert.equal(await ann.commit({ 'orders-0': 6 }, { memberId: 'x' }), 'UNKNOWN_MEMBER_ID')
  assert.equal(await ann.commit({ 'orders-0': 6 }, { memberId: '' }), 'UNKNOWN_MEMBER_ID')
  assert.deepEqual(await story.commit({ 'orders-0': 6 }), ['UNKNOWN_MEMBER_ID'])
  assert.deepEqual(await story.offsets(), { 'orders-0': 5 })
})

test('what was done before a rebalance can still be committed while it is prepared, and no longer when it has begun', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann)
  await bob.join()
  assert.equal(await ann.commit({ 'orders-0': 5 }), 'NONE')
  await ann.join()
  assert.equal(await ann.commit({ 'orders-0': 6 }), 'REBALANCE_IN_PROGRESS')
  await syncAll([ann, bob])
  assert.equal(await ann.commit({ 'orders-0': 7 }), 'NONE')
})

test('who commits is alive', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann)
  for (let i = 0; i < 4; i++) {
    await story.pass(6_000)
    assert.equal(await ann.commit({ 'orders-0': i }), 'NONE')
  }
  await bob.join()
  for (let i = 0; i < 4; i++) {
    await story.pass(6_000)
    assert.equal(await ann.commit({ 'orders-0': i }), 'NONE')
  }
  assert.equal(await ann.heartbeat(), 'REBALANCE_IN_PROGRESS')
})

test('an administrator may commit for a group that has no members left', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await stableGroup(story, ann)
  await ann.leave()
  assert.deepEqual(await story.commit({ 'orders-0': 100 }), ['NONE'])
  assert.equal(await ann.commit({ 'orders-0': 6 }), 'UNKNOWN_MEMBER_ID')
})

test('metadata of 4096 characters is kept, longer is refused on its own', async () => {
  const story = await GroupStory.begin()
  const partition = { committedOffset: 1, committedLeaderEpoch: 4 }
  const request = commitRequest(
    {},
    {
      topics: [
        {
          name: 'orders',
          topicId: ZERO_UUID,
          partitions: [
            { ...partition, partitionIndex: 0, committedMetadata: 'x'.repeat(4096) },
            { ...partition, partitionIndex: 1, committedMetadata: 'x'.repeat(4097) },
            { ...partition, partitionIndex: 2, committedMetadata: null },
          ],
        },
      ],
    },
  )
  const answer = watch(story.coordinator.commitOffsets(request, contextOf('a', 8)))
  await story.time.runTurn()
  assert.deepEqual(
    answer.answer?.topics[0]?.partitions.map(({ errorCode }) => errorCode),
    [0, 12, 0],
  )
  const fetched = watch(story.coordinator.fetchOffsets({ groupId: 'g', topics: null, groups: [], requireStable: false }, contextOf('a', 7)))
  await story.time.runTurn()
  assert.deepEqual(fetched.answer?.topics?.[0]?.partitions, [
    { partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: 4, metadata: 'x'.repeat(4096), errorCode: 0 },
    { partitionIndex: 2, committedOffset: 1, committedLeaderEpoch: 4, metadata: '', errorCode: 0 },
  ])
})

test('a commit that can not be written leaves nothing behind, not even a group', async () => {
  const story = await GroupStory.begin()
  story.log.failNext(new KafkaError('NOT_ENOUGH_REPLICAS'))
  assert.deepEqual(await story.commit({ 'orders-0': 1 }), ['COORDINATOR_NOT_AVAILABLE'])
  assert.equal(await story.state(), 'Dead')
  await story.commit({ 'orders-0': 2 })
  story.log.failNext(new KafkaError('KAFKA_STORAGE_ERROR'))
  assert.deepEqual(await story.commit({ 'orders-0': 3, 'orders-1': 3 }), ['NOT_COORDINATOR', 'NOT_COORDINATOR'])
  assert.deepEqual(await story.offsets(), { 'orders-0': 2 })
})

test('a reader sees what is committed; one who asks for stable offsets waits for what is coming', async () => {
  const story = await GroupStory.begin()
  await story.commit({ 'orders-0': 1 })
  story.log.isManual = true
  const commit = watch(story.coordinator.commitOffsets(commitRequest({ 'orders-0': 2, 'bills-0': 5 }), contextOf('a', 9)))
  await story.time.runTurn()
  assert.deepEqual(await story.offsets(), { 'orders-0': 1 })
  assert.deepEqual(await story.offsets(['orders-0', 'bills-0']), { 'orders-0': 1, 'bills-0': -1 })
  assert.deepEqual(await story.offsets(null, { requireStable: true }), {}, 'no answer yet')
  assert.equal(commit.answer, undefined)
  story.log.commit()
  await story.time.runTurn()
  assert.deepEqual(await story.offsets(null, { requireStable: true }), { 'orders-0': 2, 'bills-0': 5 })
})

test('the empty group id has offsets like any other', async () => {
  const story = await GroupStory.begin()
  assert.deepEqual(await story.commit({ 'orders-0': 3 }, { groupId: '' }), ['NONE'])
  assert.deepEqual(await story.offsets(null, { groupId: '' }), { 'orders-0': 3 })
})
