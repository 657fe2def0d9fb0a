import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GroupStory, stableGroup, syncAll } from '../group-story.ts'

test('the first member waits for others before it gets its generation', async () => {
  const story = await GroupStory.begin()
  const ann = await story.member('ann').join()
  await story.pass(2_999)
  assert.equal(ann.isJoining, true)
  assert.equal(await story.state(), 'PreparingRebalance')
  await story.pass(1)
  assert.equal(ann.generation, 1)
  assert.equal(ann.isLeader, true)
  assert.equal(ann.joined.protocolName, 'range')
  assert.equal(ann.joined.protocolType, 'consumer')
  assert.equal(await story.state(), 'CompletingRebalance')
})

test('each newcomer prolongs the first wait, up to the rebalance timeout', async () => {
  const story = await GroupStory.begin()
  const ann = await story.member('ann', { rebalanceTimeoutMs: 8_000 }).join()
  await story.pass(2_000)
  const bob = await story.member('bob', { rebalanceTimeoutMs: 8_000 }).join()
  await story.pass(1_000) // 3 s: somebody came, 3 s more
  assert.equal(ann.isJoining, true)
  await story.pass(2_500)
  const eve = await story.member('eve', { rebalanceTimeoutMs: 8_000 }).join()
  await story.pass(500) // 6 s: somebody came, but only 2 s are left
  assert.equal(ann.isJoining, true)
  await story.pass(1_500)
  const dan = await story.member('dan', { rebalanceTimeoutMs: 8_000 }).join()
  await story.pass(500) // 8 s
  assert.deepEqual(
    [ann, bob, eve, dan].map(({ generation }) => generation),
    [1, 1, 1, 1],
  )
})

test('only the leader learns who the members are and what they say', async () => {
  const story = await GroupStory.begin()
  const ann = await story.member('ann').join()
  const bob = await story.member('bob', { topics: ['bills'] }).join()
  await story.pass(6_000)
  assert.deepEqual(
    ann.joined.members.map(({ memberId }) => memberId),
    [ann.memberId, bob.memberId],
  )
  assert.match(Buffer.from(ann.joined.members[1]?.metadata ?? []).toString('latin1'), /bills/)
  assert.deepEqual(bob.joined.members, [])
  assert.equal(bob.joined.leader, ann.memberId)
})

test('a client that comes without id is sent back with one, and that id waits no longer than a session', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await ann.sendJoin()
  assert.equal(ann.joinError, 'MEMBER_ID_REQUIRED')
  assert.match(ann.memberId, /^ann-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  await story.pass(10_000)
  await ann.sendJoin()
  assert.equal(ann.joinError, 'UNKNOWN_MEMBER_ID')
})

test('a client of before KIP-394 is a member at once', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann', { apiVersion: 3 })
  await ann.sendJoin()
  assert.equal(ann.isJoining, true)
  await story.pass(3_000)
  assert.equal(ann.generation, 1)
})

test('version 0 has one time-out for sessions and rebalances', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann', { apiVersion: 0, rebalanceTimeoutMs: -1, sessionTimeoutMs: 7_000 })
  await ann.sendJoin()
  await story.pass(3_000)
  await ann.sync([[ann, 'all']])
  await story.member('bob', { apiVersion: 0, sessionTimeoutMs: 7_000 }).sendJoin()
  for (let second = 0; second < 6; second++) {
    await story.pass(1_000)
    assert.equal(await ann.heartbeat(), 'REBALANCE_IN_PROGRESS')
  }
  await story.pass(1_000)
  assert.equal(await ann.heartbeat(), 'UNKNOWN_MEMBER_ID')
})

test('a session outside the bounds is refused', async () => {
  const story = await GroupStory.begin()
  for (const sessionTimeoutMs of [5_999, 1_800_001]) {
    const ann = story.member('ann', { sessionTimeoutMs })
    await ann.sendJoin()
    assert.equal(ann.joinError, 'INVALID_SESSION_TIMEOUT')
  }
})

test('a member that says more of itself than could be stored is refused', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await ann.sendJoin({ protocols: [{ name: 'range', metadata: Buffer.alloc(story.log.maxAppendBytes() + 1) }] })
  assert.equal(ann.joinError, 'INVALID_REQUEST')
})

test('a group needs a name', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann', { groupId: '' })
  await ann.sendJoin()
  assert.equal(ann.joinError, 'INVALID_GROUP_ID')
})

test('an id that nobody gave out is unknown, in a group that is there and in one that is not', async () => {
  const story = await GroupStory.begin()
  const stranger = story.member('stranger')
  stranger.memberId = 'stranger-1'
  await stranger.sendJoin()
  assert.equal(stranger.joinError, 'UNKNOWN_MEMBER_ID')
  await stableGroup(story, story.member('ann'))
  await stranger.sendJoin()
  assert.equal(stranger.joinError, 'UNKNOWN_MEMBER_ID')
})

test('who is refused as the first leaves no group behind', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann', { protocols: [] })
  await ann.sendJoin()
  assert.equal(ann.joinError, 'INCONSISTENT_GROUP_PROTOCOL')
  assert.equal(await story.state(), 'Dead')
})

test('a member must share a protocol with all others', async () => {
  const story = await GroupStory.begin()
  await stableGroup(story, story.member('ann', { protocols: ['range', 'sticky'] }), story.member('bob', { protocols: ['range'] }))
  const eve = story.member('eve', { protocols: ['sticky'] })
  await eve.sendJoin()
  assert.equal(eve.joinError, 'INCONSISTENT_GROUP_PROTOCOL')
  const dan = story.member('dan', { protocols: ['range'], protocolType: 'connect' })
  await dan.sendJoin()
  assert.equal(dan.joinError, 'INCONSISTENT_GROUP_PROTOCOL')
  const kim = story.member('kim', { protocols: ['sticky', 'range'] })
  await kim.sendJoin()
  assert.equal(kim.joinError, 'MEMBER_ID_REQUIRED')
})

test('the protocol is the one that most members prefer, of those that all have', async () => {
  const story = await GroupStory.begin()
  const members = [
    story.member('ann', { protocols: ['range', 'sticky', 'robin'] }),
    story.member('bob', { protocols: ['own', 'sticky', 'range'] }),
    story.member('eve', { protocols: ['sticky', 'range'] }),
  ]
  await stableGroup(story, ...members)
  assert.deepEqual(
    members.map(({ protocol }) => protocol),
    ['sticky', 'sticky', 'sticky'],
  )
})

test('a full group takes nobody more, and takes back its members', async () => {
  const story = await GroupStory.begin({ 'group.max.size': 2 })
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann, bob)
  const eve = story.member('eve')
  await eve.join()
  assert.equal(eve.joinError, 'GROUP_MAX_SIZE_REACHED')
  assert.equal(eve.joined.memberId, '')
  await ann.join()
  await bob.join()
  assert.equal(bob.generation, 2)
})

test('when the limit was lowered, the last to join again must go', async () => {
  const story = await GroupStory.begin()
  const [ann, bob, eve] = [story.member('ann'), story.member('bob'), story.member('eve')]
  await stableGroup(story, ann, bob, eve)
  story.config['group.max.size'] = 2
  await ann.join()
  await bob.join()
  assert.equal(ann.isJoining, true)
  await eve.join()
  assert.equal(eve.joinError, 'GROUP_MAX_SIZE_REACHED')
  assert.deepEqual([ann.generation, bob.generation], [2, 2])
})

test('ids that are only given out are limited too', async () => {
  const story = await GroupStory.begin({ 'group.max.size': 2 })
  for (const name of ['a', 'b']) {
    const member = story.member(name)
    await member.sendJoin()
    assert.equal(member.joinError, 'MEMBER_ID_REQUIRED')
  }
  const third = story.member('c')
  await third.sendJoin()
  assert.equal(third.joinError, 'GROUP_MAX_SIZE_REACHED')
})

test('while the leader assigns, a member that lost its answer gets it again, and one that changed begins a rebalance', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [await story.member('ann').join(), await story.member('bob').join()]
  await story.pass(6_000)
  await bob.join()
  assert.equal(bob.generation, 1)
  assert.equal(await story.state(), 'CompletingRebalance')
  await ann.join()
  assert.equal(ann.joined.members.length, 2)
  bob.options = { ...bob.options, topics: ['bills'] }
  await bob.join()
  assert.equal(await story.state(), 'PreparingRebalance')
})

test('in a stable group a follower gets the generation again; the leader and one that changed begin a rebalance', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann, bob)
  await bob.join()
  assert.equal(bob.generation, 1)
  assert.equal(await story.state(), 'Stable')
  await ann.join()
  assert.equal(await story.state(), 'PreparingRebalance')
  await bob.join()
  await syncAll([ann, bob])
  assert.deepEqual([ann.generation, bob.generation, bob.assignment], [2, 2, 'bob'])
  bob.options = { ...bob.options, topics: ['bills'] }
  await bob.join()
  assert.equal(await story.state(), 'PreparingRebalance')
})

test('a rebalance ends when all have joined, among them whoever has an id and has not come yet', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await stableGroup(story, ann)
  const bob = story.member('bob')
  await bob.sendJoin()
  await ann.join()
  assert.equal(ann.isJoining, true)
  await bob.sendJoin()
  assert.deepEqual([ann.generation, bob.generation], [2, 2])
})

test('a rebalance waits for the id it gave out no longer than its session', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann')
  await stableGroup(story, ann)
  await story.member('bob').sendJoin()
  await ann.join()
  await story.pass(9_999)
  assert.equal(ann.isJoining, true)
  await story.pass(1)
  assert.equal(ann.generation, 2)
})

test('who does not join within the rebalance timeout is no longer a member', async () => {
  const story = await GroupStory.begin()
  const [ann, bob, eve] = [story.member('ann'), story.member('bob', { rebalanceTimeoutMs: 30_000 }), story.member('eve')]
  await stableGroup(story, ann, bob)
  await eve.join()
  await bob.join()
  for (let waited = 0; waited < 57; waited += 3) {
    await story.pass(3_000)
    assert.equal(await ann.heartbeat(), 'REBALANCE_IN_PROGRESS')
  }
  await story.pass(3_000)
  assert.equal(await ann.heartbeat(), 'UNKNOWN_MEMBER_ID')
  assert.deepEqual([bob.generation, eve.generation], [2, 2])
  assert.equal(bob.isLeader, true)
})

test('who joins twice gets one answer, the second time', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann'), story.member('bob')]
  await stableGroup(story, ann, bob)
  const first = await ann.sendJoin()
  const second = await ann.sendJoin()
  assert.equal(first.answer?.errorCode, 27)
  await bob.join()
  assert.equal(second.answer?.generationId, 2)
})

test('a rebalance with nobody left to join waits for the sessions to end, and the group is empty', async () => {
  const story = await GroupStory.begin()
  const [ann, bob] = [story.member('ann', { instanceId: 'a' }), story.member('bob', { instanceId: 'b', sessionTimeoutMs: 100_000 })]
  await stableGroup(story, ann, bob)
  await story.pass(10_000) // ann's session ends and a rebalance begins; bob is silent
  assert.equal(await story.state(), 'PreparingRebalance')
  await story.pass(60_000)
  assert.equal(await story.state(), 'PreparingRebalance')
  await story.pass(40_000)
  assert.equal(await story.state(), 'Empty')
})

test('a parked newcomer that nobody reads the answer of goes after five minutes', async () => {
  const story = await GroupStory.begin()
  const ann = story.member('ann', { rebalanceTimeoutMs: 1_000_000, sessionTimeoutMs: 1_000_000 })
  await stableGroup(story, ann)
  const bob = await story.member('bob').join()
  await story.pass(299_999)
  assert.equal(bob.isJoining, true)
  await story.pass(1)
  assert.equal(bob.joinError, 'UNKNOWN_MEMBER_ID')
})
