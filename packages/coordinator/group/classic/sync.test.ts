import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorName, KafkaError } from '@odradek/protocol'
import { GroupStory, stableGroup } from '../group-story.ts'

test('members wait for the leader, and each gets its part', async () => {
  const story = await GroupStory.begin()
  const [ann, bob, eve] = [await story.member('ann').join(), await story.member('bob').join(), await story.member('eve').join()]
  await story.pass(6_000)
  await bob.sync()
  assert.equal(bob.isSyncing, true)
  await ann.sync([
    [ann, 'orders-0'],
    [bob, 'orders-1'],
    [eve, 'orders-2'],
  ])
  assert.deepEqual([ann.assignment, bob.assignment], ['orders-0', 'orders-1'])
  assert.equal(await story.state(), 'Stable')
  await eve.sync()
  assert.equal(eve.assignment, 'orders-2')
})

test('a member that the leader forgot gets nothing, and no error', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [await story.member('ann').join(), await story.member('bob').join()]
  await story.pass(6_000)
  await ann.sync([[ann, 'all']])
  await bob.sync()
  assert.equal(bob.assignment, '')
})

test('nobody gets an assignment before it is written down', async () => {
  const story = await GroupStory.begin()
  const [ann, bob, eve] = [await story.member('ann').join(), await story.member('bob').join(), await story.member('eve').join()]
  await story.pass(6_000)
  story.log.isManual = true
  await bob.sync()
  await ann.sync([[bob, 'mine']])
  await eve.sync()
  assert.deepEqual([ann.isSyncing, bob.isSyncing, eve.isSyncing], [true, true, true])
  story.log.commit()
  await story.time.runTurn()
  assert.deepEqual([ann.assignment, bob.assignment, eve.assignment], ['', 'mine', ''])
})

test('when the assignment can not be written, all are told, and share out anew', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [await story.member('ann').join(), await story.member('bob').join()]
  await story.pass(6_000)
  await bob.sync()
  story.log.failNext(new KafkaError('NOT_ENOUGH_REPLICAS'))
  await ann.sync([[bob, 'mine']])
  assert.deepEqual([ann.assignment, bob.assignment], ['COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_NOT_AVAILABLE'])
  assert.equal(await story.state(), 'PreparingRebalance')
  await ann.join()
  await bob.join()
  await bob.sync()
  await ann.sync([[bob, 'mine after all']])
  assert.deepEqual([bob.generation, bob.assignment], [2, 'mine after all'])
})

test('the errors of a sync', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  const error = async (changes: Partial<typeof ann>): Promise<string> => {
    const other = Object.assign(
      story.member('ann'),
      { memberId: ann.memberId, generation: ann.generation, protocol: ann.protocol },
      changes,
    )
    await other.sync()
    return other.assignment
  }
  assert.equal(await error({ memberId: 'x', generation: 1, protocol: 'range' }), 'UNKNOWN_MEMBER_ID')
  await stableGroup(story, ann, bob)
  assert.equal(await error({ memberId: 'x' }), 'UNKNOWN_MEMBER_ID')
  assert.equal(await error({ generation: 0 }), 'ILLEGAL_GENERATION')
  assert.equal(await error({ generation: 2 }), 'ILLEGAL_GENERATION')
  assert.equal(await error({ protocol: 'sticky' }), 'INCONSISTENT_GROUP_PROTOCOL')
  assert.equal(await error({ protocol: null }), 'INCONSISTENT_GROUP_PROTOCOL')
  assert.equal(await error({ options: { ...ann.options, protocolType: 'connect' } }), 'INCONSISTENT_GROUP_PROTOCOL')
  assert.equal(await error({ options: { ...ann.options, apiVersion: 4 }, protocol: null }), 'ann')
  assert.equal(await error({ options: { ...ann.options, groupId: '' } }), 'INVALID_GROUP_ID')
  await ann.sendJoin()
  assert.equal(await error({}), 'REBALANCE_IN_PROGRESS')
  await ann.leave()
  await bob.leave()
  assert.equal(await error({}), 'UNKNOWN_MEMBER_ID')
})

test('who waits for an assignment that will not come is told to join anew', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [await story.member('ann').join(), await story.member('bob').join()]
  await story.pass(6_000)
  await bob.sync()
  await story.member('eve').join()
  assert.equal(bob.assignment, 'REBALANCE_IN_PROGRESS')
  assert.equal(await ann.heartbeat(), 'REBALANCE_IN_PROGRESS')
})

test('who joins a generation and never asks for its assignment is removed after the rebalance timeout', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [await story.member('ann').join(), await story.member('bob', { sessionTimeoutMs: 100_000 }).join()]
  await story.pass(6_000)
  await ann.sync([[ann, 'all']])
  for (let waited = 0; waited < 60; waited += 5) {
    assert.equal(await story.state(), 'Stable')
    assert.equal(await ann.heartbeat(), 'NONE')
    await story.pass(5_000)
  }
  assert.equal(await ann.heartbeat(), 'REBALANCE_IN_PROGRESS')
  assert.equal(await bob.heartbeat(), 'UNKNOWN_MEMBER_ID')
})

test('a leader that never assigns is removed, and those who wait are told', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [await story.member('ann', { sessionTimeoutMs: 100_000 }).join(), await story.member('bob').join()]
  await story.pass(6_000)
  await bob.sync()
  await story.pass(59_999)
  assert.equal(bob.isSyncing, true)
  await story.pass(1)
  assert.equal(bob.assignment, 'REBALANCE_IN_PROGRESS')
  assert.equal(await ann.heartbeat(), 'UNKNOWN_MEMBER_ID')
  await bob.join()
  assert.equal(bob.isLeader, true)
})

test('a session stands still while a sync is parked, and runs anew from its answer', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [
    await story.member('ann', { sessionTimeoutMs: 100_000 }).join(),
    await story.member('bob', { sessionTimeoutMs: 6_000 }).join(),
  ]
  await story.pass(6_000)
  await bob.sync()
  await story.pass(30_000)
  await ann.sync([[bob, 'mine']])
  assert.equal(bob.assignment, 'mine')
  await story.pass(5_999)
  assert.equal(await bob.heartbeat(), 'NONE')
})

test('who asks twice gets one answer, the second time', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [await story.member('ann').join(), await story.member('bob').join()]
  await story.pass(6_000)
  await bob.sync()
  const first = bob.lastSync
  await bob.sync()
  assert.equal(errorName(first.answer?.errorCode ?? 0), 'REBALANCE_IN_PROGRESS')
  await ann.sync([[bob, 'mine']])
  assert.equal(bob.assignment, 'mine')
})
