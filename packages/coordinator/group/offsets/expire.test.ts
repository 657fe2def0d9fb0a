import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GroupStory, stableGroup } from '../group-story.ts'
import type { StoryMember } from '../group-story.ts'

const minute = 60_000
/** Offsets are kept for an hour, and it is looked every ten minutes. */
const hourly = { 'offsets.retention.minutes': 60 }

/** Time passes, and the member is heard of. */
async function live(story: GroupStory, member: StoryMember, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed++) {
    await story.pass(minute)
    assert.equal(await member.heartbeat(), 'NONE')
  }
}

test('offsets of a simple group expire after their commit, and the group with them', async () => {
  const story = await GroupStory.begin(hourly)
  await story.commit({ 'orders-0': 1 })
  await story.pass(30 * minute)
  await story.commit({ 'orders-1': 1 })
  await story.pass(30 * minute)
  assert.deepEqual(await story.offsets(), { 'orders-1': 1 })
  await story.pass(30 * minute)
  assert.deepEqual(await story.offsets(), {})
  assert.equal(await story.state(), 'Dead')
})

test('offsets of a group that had members expire an hour after the last one left, however old the commit', async () => {
  const story = await GroupStory.begin(hourly)
  const ann = story.member('ann', { sessionTimeoutMs: 2 * minute })
  await stableGroup(story, ann)
  await ann.commit({ 'orders-0': 1 })
  await live(story, ann, 90)
  await ann.leave()
  await story.pass(50 * minute)
  assert.deepEqual(await story.offsets(), { 'orders-0': 1 })
  await story.pass(20 * minute)
  assert.deepEqual(await story.offsets(), {})
  assert.equal(await story.state(), 'Dead')
})

test('in a group of consumers only topics that nobody subscribes expire', async () => {
  const story = await GroupStory.begin(hourly)
  const ann = story.member('ann', { sessionTimeoutMs: 2 * minute, topics: ['orders'] })
  await stableGroup(story, ann)
  await ann.commit({ 'orders-0': 1, 'bills-0': 2 })
  await live(story, ann, 50)
  assert.deepEqual(await story.offsets(), { 'orders-0': 1, 'bills-0': 2 })
  await live(story, ann, 20)
  assert.deepEqual(await story.offsets(), { 'orders-0': 1 })
  assert.equal(await story.state(), 'Stable')
})

test('in a group of something else than consumers nothing expires while it has members', async () => {
  const story = await GroupStory.begin(hourly)
  const ann = story.member('ann', { sessionTimeoutMs: 2 * minute, protocolType: 'connect' })
  await stableGroup(story, ann)
  await ann.commit({ 'orders-0': 1 })
  await live(story, ann, 150)
  assert.deepEqual(await story.offsets(), { 'orders-0': 1 })
})

test('a commit of before KIP-211 may ask for a retention of its own', async () => {
  const story = await GroupStory.begin(hourly)
  await story.commit({ 'orders-0': 1 }, { retentionTimeMs: 5 * minute }, 4)
  await story.commit({ 'orders-1': 1 }, { retentionTimeMs: 200 * minute }, 4)
  await story.failOver()
  await story.pass(10 * minute)
  assert.deepEqual(await story.offsets(), { 'orders-1': 1 })
  await story.pass(180 * minute)
  assert.deepEqual(await story.offsets(), { 'orders-1': 1 })
  await story.pass(20 * minute)
  assert.deepEqual(await story.offsets(), {})
})

test('an empty group without offsets goes at the next look, with a tombstone', async () => {
  const story = await GroupStory.begin(hourly)
  const ann = story.member('ann')
  await stableGroup(story, ann)
  await ann.leave()
  await story.pass(10 * minute)
  assert.equal(await story.state(), 'Dead')
  await story.failOver()
  assert.equal(await story.state(), 'Dead')
})

test('a great many groups expire piece by piece, all of them', async () => {
  const story = await GroupStory.begin(hourly)
  const places = Object.fromEntries(Array.from({ length: 2_000 }, (_, partition) => [`orders-${partition}`, 1]))
  for (let group = 0; group < 12; group++) await story.commit(places, { groupId: `g${group}` })
  const before = story.log.entries().length
  await story.pass(70 * minute)
  assert.equal(story.log.entries().length - before, 24_000)
  assert.ok(story.log.appends.every((records) => records <= 4_000))
  assert.equal(await story.state('g11'), 'Dead')
  await story.failOver()
  assert.equal(await story.state('g0'), 'Dead')
})

test('a failover does not give an empty group its hour again', async () => {
  const story = await GroupStory.begin(hourly)
  const ann = story.member('ann')
  await stableGroup(story, ann)
  await ann.commit({ 'orders-0': 1 })
  await ann.leave()
  await story.pass(45 * minute)
  await story.failOver()
  await story.pass(20 * minute)
  assert.deepEqual(await story.offsets(), {})
})
