import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_UUID } from '@odradek/common/bytes'
import { commitRequest, contextOf, GroupStory, watch } from '../group-story.ts'

const first = 'AQEBAQEBAQEBAQEBAQEBAQ'
const second = 'AgICAgICAgICAgICAgICAg'

test('a group that is not there has no offsets, which is no error', async () => {
  const story = await GroupStory.begin()
  assert.deepEqual(await story.offsets(['orders-0']), { 'orders-0': -1 })
  assert.deepEqual(await story.offsets(null), {})
})

test('many groups in one request, each with its own answer', async () => {
  const story = await GroupStory.begin()
  await story.commit({ 'orders-0': 1 }, { groupId: 'a' })
  await story.commit({ 'orders-0': 2 }, { groupId: 'b' })
  const group = (groupId: string) => ({ groupId, memberId: null, memberEpoch: -1, topics: null })
  const answer = watch(
    story.coordinator.fetchOffsets(
      { groupId: '', topics: [], groups: [group('b'), group('x'), group('a')], requireStable: true },
      contextOf('c', 8),
    ),
  )
  await story.time.runTurn()
  assert.deepEqual(
    answer.answer?.groups?.map(({ groupId, topics }) => [groupId, topics[0]?.partitions[0]?.committedOffset]),
    [
      ['b', 2],
      ['x', undefined],
      ['a', 1],
    ],
  )
})

test('an offset committed in a topic that was deleted and made again is none', async () => {
  const story = await GroupStory.begin()
  const commit = commitRequest({ 'orders-0': 7 })
  await story.commit({}, { topics: commit.topics.map((topic) => ({ ...topic, topicId: first })) })
  const fetch = async (topicId: string) => {
    const groups = [{ groupId: 'g', memberId: null, memberEpoch: -1, topics: [{ name: 'orders', topicId, partitionIndexes: [0] }] }]
    const answer = watch(story.coordinator.fetchOffsets({ groupId: '', topics: [], groups, requireStable: false }, contextOf('c', 10)))
    await story.time.runTurn()
    return answer.answer?.groups?.[0]?.topics[0]?.partitions[0]?.committedOffset
  }
  assert.deepEqual([await fetch(first), await fetch(second), await fetch(ZERO_UUID)], [7, -1, 7])
  await story.failOver()
  assert.deepEqual([await fetch(first), await fetch(second), await fetch(ZERO_UUID)], [7, -1, 7])
})

test('the same for clients that know no ids, also when they ask for all', async () => {
  const story = await GroupStory.begin()
  story.topicIds.set('orders', first)
  await story.commit({ 'orders-0': 7, 'bills-0': 8 })
  assert.deepEqual(await story.offsets(['orders-0']), { 'orders-0': 7 })
  story.topicIds.set('orders', second)
  assert.deepEqual(await story.offsets(['orders-0']), { 'orders-0': -1 })
  assert.deepEqual(await story.offsets(), { 'bills-0': 8 })
  await story.commit({ 'orders-0': 1 })
  assert.deepEqual(await story.offsets(), { 'orders-0': 1, 'bills-0': 8 })
})

test('where a coordinator that is not there is told of, by version', async () => {
  const story = await GroupStory.begin()
  story.coordinator.resigned(0)
  const topics = [{ name: 'orders', partitionIndexes: [0, 1] }]
  const fetch = async (apiVersion: number) => {
    const groups = [{ groupId: 'g', memberId: null, memberEpoch: -1, topics: [] }]
    const answer = watch(story.coordinator.fetchOffsets({ groupId: 'g', topics, groups, requireStable: false }, contextOf('c', apiVersion)))
    await story.time.runTurn()
    return answer.answer
  }
  assert.deepEqual(
    (await fetch(1))?.topics?.[0]?.partitions?.map(({ errorCode, committedOffset }) => [errorCode, committedOffset]),
    [
      [16, -1],
      [16, -1],
    ],
  )
  assert.equal((await fetch(7))?.errorCode, 16)
  assert.equal((await fetch(8))?.groups?.[0]?.errorCode, 16)
})

test('a coordinator that can not write sends readers of stable offsets to look for another one', async () => {
  const story = await GroupStory.begin()
  story.log.isManual = true
  const commit = watch(story.coordinator.commitOffsets(commitRequest({ 'orders-0': 1 }), contextOf('c', 9)))
  const request = { groupId: 'g', topics: null, groups: [], requireStable: true }
  const fetch = watch(story.coordinator.fetchOffsets(request, contextOf('c', 7)))
  await story.pass(5_000)
  assert.equal(commit.answer?.topics[0]?.partitions[0]?.errorCode, 15)
  assert.equal(fetch.answer?.errorCode, 16)
})
