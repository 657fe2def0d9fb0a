import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorName } from '@odradek/protocol'
import { contextOf, GroupStory, stableGroup, watch } from '../group-story.ts'

test('heartbeats are welcome while the leader assigns, and tell of a rebalance', async () => {
  const story = await GroupStory.begin()
  const ann = await story.member('ann').join()
  assert.equal(await ann.heartbeat(), 'ILLEGAL_GENERATION')
  await story.pass(3_000)
  assert.equal(await ann.heartbeat(), 'NONE')
  await ann.sync([[ann, 'all']])
  assert.equal(await ann.heartbeat(), 'NONE')
  await story.member('bob').join()
  assert.equal(await ann.heartbeat(), 'REBALANCE_IN_PROGRESS')
})

test('the errors of a heartbeat', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  assert.equal(await ann.heartbeat(), 'UNKNOWN_MEMBER_ID')
  await stableGroup(story, ann)
  const stranger = story.member('stranger')
  stranger.memberId = 'stranger-1'
  stranger.generation = 1
  assert.equal(await stranger.heartbeat(), 'UNKNOWN_MEMBER_ID')
  for (const generation of [0, 2]) {
    ann.generation = generation
    assert.equal(await ann.heartbeat(), 'ILLEGAL_GENERATION')
  }
  const nameless = story.member('nameless', { groupId: '' })
  assert.equal(await nameless.heartbeat(), 'INVALID_GROUP_ID')
  ann.generation = 1
  await ann.leave()
  assert.equal(await ann.heartbeat(), 'UNKNOWN_MEMBER_ID')
})

test('a member that falls silent is removed after its session, and the others share out anew', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob', { sessionTimeoutMs: 30_000 })]
  await stableGroup(story, ann, bob)
  await story.pass(9_999)
  assert.equal(await story.state(), 'Stable')
  await story.pass(1)
  assert.equal(await story.state(), 'PreparingRebalance')
  assert.equal(await bob.heartbeat(), 'REBALANCE_IN_PROGRESS')
  await bob.join()
  assert.deepEqual([bob.generation, bob.joined.members.length], [2, 1])
})

test('a session stands still while a join is parked', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann', { sessionTimeoutMs: 6_000 }), story.member('bob', { sessionTimeoutMs: 100_000 })]
  await stableGroup(story, ann, bob)
  await ann.sendJoin()
  await story.pass(50_000)
  assert.equal(ann.isJoining, true)
  await bob.sendJoin()
  assert.deepEqual([ann.generation, bob.generation], [2, 2])
  await story.pass(5_999)
  assert.equal(await ann.heartbeat(), 'NONE')
})

test('who leaves is gone at once, and the last one leaves an empty group', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann, bob)
  assert.equal(await ann.leave(), 'NONE')
  assert.equal(await bob.heartbeat(), 'REBALANCE_IN_PROGRESS')
  assert.equal(await ann.leave(), 'UNKNOWN_MEMBER_ID')
  assert.equal(await bob.leave(), 'NONE')
  assert.equal(await story.state(), 'Empty')
  const { protocolType } = await story.describe()
  assert.equal(protocolType, 'consumer')
})

test('a rebalance does not wait for one who leaves', async () => {
  const story = await GroupStory.begin()
  const [ann, bob, eve] = [story.member('ann'), story.member('bob'), story.member('eve')]
  await stableGroup(story, ann, bob)
  await eve.join()
  await bob.join()
  assert.equal(bob.isJoining, true)
  await ann.leave()
  assert.deepEqual([bob.generation, eve.generation], [2, 2])
})

test('an id that was given out can be given back', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann)
  await bob.sendJoin()
  await ann.join()
  assert.equal(ann.isJoining, true)
  assert.equal(await bob.leave(), 'NONE')
  assert.equal(ann.generation, 2)
})

test('one who is removed while its join or sync is parked learns that it is no member', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann', { instanceId: 'a' }), story.member('bob', { instanceId: 'b' })]
  await ann.join()
  await bob.join()
  await story.pass(6_000)
  await bob.sync()
  await bob.leave()
  assert.equal(bob.assignment, 'UNKNOWN_MEMBER_ID')
  await ann.leave()
  const eve = await story.member('eve').join()
  await eve.leave()
  assert.equal(eve.joinError, 'UNKNOWN_MEMBER_ID')
})

test('several leave with one request, each with its own result; an administrator names the instance', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob', { instanceId: 'b' })]
  await stableGroup(story, ann, bob)
  const member = (memberId: string, groupInstanceId: string | null) => ({ memberId, groupInstanceId, reason: 'spring cleaning' })
  const answer = watch(
    story.coordinator.leaveGroup(
      {
        groupId: 'g',
        memberId: '',
        members: [
          member(ann.memberId, null),
          member('', 'b'),
          member('', 'unknown'),
          member('', null),
          member('x', 'b'),
          member('x', null),
        ],
      },
      contextOf('admin', 5),
    ),
  )
  await story.time.runTurn()
  assert.deepEqual(
    answer.answer?.members?.map(({ memberId, groupInstanceId, errorCode }) => [memberId, groupInstanceId, errorName(errorCode)]),
    [
      [ann.memberId, null, 'NONE'],
      ['', 'b', 'NONE'],
      ['', 'unknown', 'UNKNOWN_MEMBER_ID'],
      ['', null, 'UNKNOWN_MEMBER_ID'],
      ['x', 'b', 'UNKNOWN_MEMBER_ID'],
      ['x', null, 'UNKNOWN_MEMBER_ID'],
    ],
  )
  assert.equal(await story.state(), 'Empty')
})

test('an administrator with the wrong member id for an instance is fenced', async () => {
  const story = await GroupStory.begin()
  const bob = story.member('bob', { instanceId: 'b' })
  await stableGroup(story, bob)
  const wrong = story.member('wrong', { instanceId: 'b' })
  wrong.memberId = 'b-1'
  assert.equal(await wrong.leave(), 'FENCED_INSTANCE_ID')
})

test('before version 3 a leave is about one member and has one code', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await stableGroup(story, ann)
  const leave = async (memberId: string) => {
    const answer = watch(story.coordinator.leaveGroup({ groupId: 'g', memberId, members: [] }, contextOf('ann', 2)))
    await story.time.runTurn()
    return answer.answer
  }
  assert.deepEqual(await leave('x'), { errorCode: 25 })
  assert.deepEqual(await leave(ann.memberId), { errorCode: 0 })
})
