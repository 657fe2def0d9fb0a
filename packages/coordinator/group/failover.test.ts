import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryCoordinatorLog } from '../runtime/memory-coordinator-log.ts'
import { commitRequest, contextOf, GroupStory, stableGroup, syncAll, watch } from './group-story.ts'

test('members of a stable group go on with another coordinator without noticing', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob', { instanceId: 'b' })]
  await stableGroup(story, ann, bob)
  await ann.commit({ 'orders-0': 9 })
  const before = await story.describe()
  await story.failOver()
  assert.deepEqual(await story.describe(), before)
  assert.deepEqual([await ann.heartbeat(), await bob.heartbeat()], ['NONE', 'NONE'])
  await bob.sync()
  assert.equal(bob.assignment, 'bob')
  assert.equal(await bob.commit({ 'orders-1': 3 }), 'NONE')
  assert.deepEqual(await story.offsets(), { 'orders-0': 9, 'orders-1': 3 })
})

test('who does not come to the new coordinator within its session is removed there', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann, bob)
  await story.failOver()
  await story.pass(9_000)
  await ann.heartbeat()
  await story.pass(1_000)
  assert.equal(await ann.heartbeat(), 'REBALANCE_IN_PROGRESS')
  await ann.join()
  assert.equal(ann.joined.members.length, 1)
})

test('a rebalance that a failover interrupts begins again among the same members', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann, bob)
  await ann.sendJoin()
  await bob.sendJoin()
  assert.deepEqual([ann.generation, bob.generation], [2, 2])
  await story.failOver()
  assert.equal(await ann.heartbeat(), 'ILLEGAL_GENERATION')
  await ann.sendJoin()
  await bob.sendJoin()
  await syncAll([ann, bob])
  assert.deepEqual([ann.assignment, bob.assignment], ['ann', 'bob'])
})

test('parked joins and syncs learn that this is no longer their coordinator', async () => {
  const story = await GroupStory.begin()
  const ann = await story.member('ann').join()
  story.coordinator.resigned(0)
  await story.time.runTurn()
  assert.equal(ann.joinError, 'NOT_COORDINATOR')
})

test('an empty group and its generation are remembered', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await stableGroup(story, ann)
  await ann.leave()
  await story.failOver()
  const { groupState, protocolType } = await story.describe()
  assert.deepEqual([groupState, protocolType], ['Empty', 'consumer'])
  const bob = await story.member('bob').join()
  await story.pass(3_000)
  assert.equal(bob.generation, 3)
})

test('while groups are being loaded heartbeats are fine, and all else waits its turn', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await stableGroup(story, ann)
  story.coordinator.resigned(0)
  story.coordinator.elected(0, 9)
  const heartbeat = watch(story.coordinator.heartbeat({ groupId: 'g', generationId: 1, memberId: ann.memberId, groupInstanceId: null }))
  const commit = watch(story.coordinator.commitOffsets(commitRequest({ 'orders-0': 1 }), contextOf('ann', 9)))
  await story.time.runTurn()
  assert.equal(heartbeat.answer?.errorCode, 0)
  assert.equal(commit.answer?.topics[0]?.partitions[0]?.errorCode, 14)
})

test('a group that has grown over a lowered limit is thinned out by a rebalance', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann, bob)
  story.config['group.max.size'] = 1
  await story.failOver()
  assert.equal(await story.state(), 'PreparingRebalance')
})

test('records of types that this version does not know are skipped', async () => {
  const log = new MemoryCoordinatorLog(1)
  log.put(0, [
    { key: Buffer.from('0017ff', 'hex'), value: Buffer.from('0000', 'hex') },
    { key: Buffer.from('0003', 'hex'), value: null },
    { key: Buffer.from('00', 'hex'), value: null },
  ])
  const story = await GroupStory.begin({}, log)
  await story.commit({ 'orders-0': 1 })
  assert.deepEqual(await story.offsets(), { 'orders-0': 1 })
})
