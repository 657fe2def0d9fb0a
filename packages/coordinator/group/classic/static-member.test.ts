import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorName, KafkaError } from '@odradek/protocol'
import { GroupStory, stableGroup, syncAll } from '../group-story.ts'
import type { StoryMember } from '../group-story.ts'

/** The same instance id in a new process. */
function restarted(story: GroupStory, member: StoryMember, changes: Partial<StoryMember['options']> = {}): StoryMember {
  return story.member(member.options.clientId, { ...member.options, ...changes })
}

test('a static member that restarts keeps its place without a rebalance, and the old process is fenced', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob', { instanceId: 'b' })]
  await stableGroup(story, ann, bob)
  const again = restarted(story, bob)
  await again.join()
  assert.match(again.memberId, /^b-/)
  assert.notEqual(again.memberId, bob.memberId)
  assert.equal(again.generation, 1)
  await again.sync()
  assert.equal(again.assignment, 'bob')
  assert.equal(await ann.heartbeat(), 'NONE')
  assert.equal(await bob.heartbeat(), 'FENCED_INSTANCE_ID')
  assert.equal(await bob.commit({ 'orders-0': 1 }), 'FENCED_INSTANCE_ID')
  await bob.sync()
  assert.equal(bob.assignment, 'FENCED_INSTANCE_ID')
  await bob.join()
  assert.equal(bob.joinError, 'FENCED_INSTANCE_ID')
  assert.equal(await again.heartbeat(), 'NONE')
})

test('a leader that restarts is told not to assign: by a flag, or before version 9 by the old leader id', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann', { instanceId: 'a' })
  await stableGroup(story, ann, story.member('bob'))
  const again = restarted(story, ann)
  await again.join()
  assert.equal(again.joined.leader, again.memberId)
  assert.equal(again.joined.skipAssignment, true)
  assert.equal(again.joined.members.length, 2)
  const old = restarted(story, ann, { apiVersion: 8 })
  await old.join()
  assert.equal(old.joined.leader, again.memberId)
  assert.equal(old.joined.skipAssignment ?? false, false)
  assert.deepEqual(old.joined.members, [])
  await old.sync()
  assert.equal(old.assignment, 'ann')
})

test('the new id survives a failover, the old one does not', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann', { instanceId: 'a' })
  await stableGroup(story, ann)
  const again = restarted(story, ann)
  await again.join()
  await story.failOver()
  assert.equal(await again.heartbeat(), 'NONE')
  assert.equal(await ann.heartbeat(), 'FENCED_INSTANCE_ID')
})

test('a restart that can not be written down is told so, and nobody is left without assignment', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann', { instanceId: 'a' }), story.member('bob')]
  await stableGroup(story, ann, bob)
  const again = restarted(story, ann)
  story.log.failNext(new KafkaError('NOT_ENOUGH_REPLICAS'))
  await again.join()
  assert.equal(again.joinError, 'COORDINATOR_NOT_AVAILABLE')
  await again.join()
  await bob.join()
  await syncAll([again, bob])
  assert.deepEqual([again.assignment, bob.assignment], ['ann', 'bob'])
})

test('a restart with another protocol than the chosen one begins a rebalance', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann', { instanceId: 'a', protocols: ['range', 'sticky'] })
  await stableGroup(story, ann)
  const again = restarted(story, ann, { protocols: ['sticky', 'range'] })
  await again.join()
  assert.deepEqual([again.generation, again.protocol], [2, 'sticky'])
})

test('a restart while the leader assigns begins anew, since the old id may be in the assignment', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [await story.member('ann').join(), await story.member('bob', { instanceId: 'b' }).join()]
  await story.pass(6_000)
  await bob.sync()
  const again = await restarted(story, bob).join()
  assert.equal(bob.assignment, 'FENCED_INSTANCE_ID')
  assert.equal(await ann.heartbeat(), 'REBALANCE_IN_PROGRESS')
  await ann.join()
  assert.deepEqual([again.generation, ann.generation], [2, 2])
})

test('a restart while others join takes over the parked join', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob', { instanceId: 'b' })]
  await stableGroup(story, ann, bob)
  await story.member('eve').join()
  await bob.sendJoin()
  const parked = bob.lastJoin
  const again = restarted(story, bob)
  await again.join()
  assert.equal(errorName(parked.answer?.errorCode ?? 0), 'FENCED_INSTANCE_ID')
  assert.equal(again.isJoining, true)
  await ann.join()
  assert.deepEqual([again.generation, ann.generation], [2, 2])
})

test('a static member that does not join stays until its session ends', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [
    story.member('ann', { rebalanceTimeoutMs: 20_000 }),
    story.member('bob', { instanceId: 'b', sessionTimeoutMs: 40_000, rebalanceTimeoutMs: 20_000 }),
  ]
  await stableGroup(story, ann, bob)
  await ann.sendJoin()
  await story.pass(20_000)
  assert.equal(ann.generation, 2)
  assert.equal(ann.joined.members.length, 2)
  await ann.sync([[ann, 'all']])
  for (let waited = 0; waited < 20; waited += 5) {
    assert.equal(await ann.heartbeat(), 'NONE')
    await story.pass(5_000)
  }
  assert.equal(await ann.heartbeat(), 'REBALANCE_IN_PROGRESS')
})

test('a static member leaves only when it is removed or silent', async () => {
  const story = await GroupStory.begin()
  const bob = story.member('bob', { instanceId: 'b' })
  await stableGroup(story, bob)
  const other = story.member('bob', { instanceId: 'other' })
  other.memberId = bob.memberId
  other.generation = 1
  assert.equal(await other.heartbeat(), 'UNKNOWN_MEMBER_ID')
  await story.pass(10_000)
  assert.equal(await story.state(), 'Empty')
})
