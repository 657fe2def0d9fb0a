import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { cooperativeSticky, kafkajsRoundRobin, range, sticky } from '../../assignors/index.ts'
import { coordinatorSilentChannel } from '../../../tracing/channels.ts'
import { Story } from '../story/story.ts'
import { decodeSubscription } from './consumer-protocol.ts'

const cooperative = () => ({ assignors: [cooperativeSticky()] })

test('a member joins with the id that it is given, leads, and gets everything', async () => {
  const story = new Story({ a: 3 })
  const ann = story.member()
  assert.equal(ann.membership.isStable, false)
  ann.subscribe('a')
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1 a-2'])
  assert.equal(story.coordinator.story, 'JoinGroup JoinGroup SyncGroup')
  assert.deepEqual(ann.membership.group, { groupId: 'g', generationId: 1, memberId: 'm1', groupInstanceId: undefined })
  assert.equal(ann.membership.isStable, true)
  assert.deepEqual(story.coordinator.classic.reasons, ['the consumer joins', 'the consumer joins'])
  assert.deepEqual(ann.rebalances, [
    { groupId: 'g', memberId: 'm1', generationId: 1, reason: 'the consumer joins', durationMs: 0, added: 3, revoked: 0, owned: 3 },
  ])
})

test('an eager group: all is given back before joining, and dealt anew', async () => {
  const story = new Story({ a: 4 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  ann.host.processed = { 'a-0': 10, 'a-3': 13 }
  const bob = story.member()
  bob.subscribe('a')
  await story.pass(3_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1 a-2 a-3', 'revoke a-0 a-1 a-2 a-3', 'assign a-0 a-1'])
  assert.deepEqual(bob.host.events, ['assign a-2 a-3'])
  assert.deepEqual(story.coordinator.offsets.all, { 'a-0': 10, 'a-3': 13 }, 'committed while the partitions were still its own')
  assert.deepEqual(ann.host.commitErrors, [])
  assert.equal(ann.membership.isStable && bob.membership.isStable, true)
})

test('a cooperative group: what stays is consumed on, what goes arrives a round later', async () => {
  const story = new Story({ a: 4 })
  const ann = story.member(cooperative())
  ann.subscribe('a')
  await story.pass(0)
  ann.host.processed = { 'a-0': 10, 'a-3': 13 }
  const bob = story.member(cooperative())
  bob.subscribe('a')
  await story.pass(10_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1 a-2 a-3', 'revoke a-2 a-3', 'assign', 'assign'])
  assert.deepEqual(bob.host.events, ['assign', 'assign a-2 a-3'])
  assert.deepEqual(story.coordinator.offsets.all, { 'a-0': 10, 'a-3': 13 })
  assert.equal(story.coordinator.classic.generation, 3)
  assert.equal(ann.owned, 'a-0 a-1')
})

test('a group is cooperative only when every assignor is: the default list is eager', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member({ assignors: [range, cooperativeSticky()] })
  ann.subscribe('a')
  await story.pass(0)
  const bob = story.member({ assignors: [range, cooperativeSticky()] })
  bob.subscribe('a')
  await story.pass(3_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'revoke a-0 a-1', 'assign a-0'])
})

test('assignors without a protocol in common are refused at once', () => {
  const story = new Story({ a: 1 })
  const coldOnly = { ...cooperativeSticky(), name: 'cold', protocols: ['cooperative' as const] }
  assert.throws(
    () => story.member({ assignors: [range, coldOnly] }),
    /range, cold have no rebalance protocol in common.*only eager ones or only cooperative/,
  )
  assert.throws(() => story.member({ assignors: [] }), /at least one/)
  assert.throws(() => story.member({ assignors: [range, { ...range }] }), /Two assignors have the name range/)
})

test('heartbeat tied to the handler: a handler of twice the session timeout costs no place in the group', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  // The handler works; nothing asks the membership for anything.
  await story.pass(90_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1'])
  assert.equal(story.coordinator.count('Heartbeat'), 30)
  assert.equal(story.coordinator.classic.generation, 1)
})

test('a handler that is slow to give back is waited for, with heartbeats going on', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  const finish = ann.host.holdUp('revoke')
  const bob = story.member()
  bob.subscribe('a')
  await story.pass(100_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'revoke a-0 a-1'])
  assert.deepEqual(bob.host.events, [])
  assert.equal(story.coordinator.classic.members.size, 2, 'it has not been thrown out')
  finish()
  await story.pass(0)
  assert.equal(ann.owned, 'a-0')
  assert.equal(bob.owned, 'a-1')
})

test('heartbeats also go on while it joins, on another connection than the one that JoinGroup holds up', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  const bob = story.member()
  bob.subscribe('a')
  await story.pass(3_000)
  const finish = bob.host.holdUp('revoke')
  ann.membership.rejoin('a test')
  await story.pass(60_000)
  assert.equal(ann.membership.isJoining, true)
  const while60s = story.coordinator.asked.filter(
    ({ api, lane, body }) => api === 'Heartbeat' && lane === 'main' && body.memberId === ann.id,
  )
  assert.ok(while60s.length >= 19)
  assert.equal(story.coordinator.last('JoinGroup').lane, 'coordinator')
  finish()
  await story.pass(3_000)
  assert.equal(ann.membership.isStable && bob.membership.isStable, true)
})

test('stuck handler keeps its partitions: they move in time, and its late commit is rejected', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member()
  const bob = story.member()
  ann.subscribe('a')
  bob.subscribe('a')
  await story.pass(3_000)
  assert.equal(ann.owned, 'a-0')
  // The consumer has noticed that max.poll.interval.ms is over.
  void ann.membership.expelSelf('max.poll.interval.ms is over')
  await story.pass(6_000)
  assert.deepEqual(ann.host.events, ['assign a-0', 'lose a-0'])
  assert.deepEqual(story.coordinator.classic.left, [
    story.coordinator.asked.find(({ api }) => api === 'LeaveGroup')?.body.members[0].memberId,
  ])
  assert.equal(story.coordinator.last('LeaveGroup').body.members[0].reason, 'max.poll.interval.ms is over')
  assert.equal(bob.owned, 'a-0 a-1')
  await assert.rejects(ann.commits.commit([{ topic: 'a', partition: 0, offset: 5 }]), { code: 'UNKNOWN_MEMBER_ID', hint: /come again/ })
  const beats = story.coordinator.asked.filter(({ api, body }) => api === 'Heartbeat' && body.memberId === '').length
  assert.equal(beats, 0, 'nobody says that it is alive')
  // The application asks for the next item.
  ann.membership.rejoin('the application is back')
  await story.pass(6_000)
  assert.equal(ann.owned.length + bob.owned.length, 6)
})

test('heartbeats fail for ever unnoticed: past the session timeout there is a warning, an event and a metric; it rejoins when the coordinator is back', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  const events: unknown[] = []
  const hear = (message: unknown): void => void events.push(message)
  coordinatorSilentChannel.subscribe(hear)
  story.coordinator.silence()
  await story.pass(50_000)
  coordinatorSilentChannel.unsubscribe(hear)
  assert.deepEqual(events, [{ clientId: 'story', groupId: 'g', memberId: 'm1', silentMs: 45_000 }])
  assert.equal(ann.silences, 1)
  assert.match(story.lines.at(-1) ?? '', /^warn The coordinator of group g has answered no heartbeat for 4\d\d\d\d ms/)
  assert.equal(ann.owned, 'a-0 a-1', 'nobody has said that they are lost')
  await story.pass(60_000)
  assert.equal(ann.silences, 2, 'it repeats once a session timeout, not with each attempt')
  // Meanwhile the group has forgotten the member.
  story.coordinator.classic.remove(ann.id)
  story.coordinator.speakAgain()
  await story.pass(10_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'lose a-0 a-1', 'assign a-0 a-1'])
  assert.equal(ann.membership.isStable, true)
  assert.ok(story.lines.some((line) => line.startsWith('info The coordinator of group g answers again')))
})

test('commit in a rebalance drops the new generation: ILLEGAL_GENERATION while joining keeps the assignment', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member(cooperative())
  ann.subscribe('a')
  await story.pass(0)
  const answer = story.coordinator.holdBack('JoinGroup')
  ann.membership.rejoin('a test')
  await story.pass(0)
  assert.equal(ann.membership.isJoining, true)
  // The group is in the next generation already; the answer that says so is on its way.
  const commit = ann.commits.commit([{ topic: 'a', partition: 0, offset: 7 }])
  const rejected = assert.rejects(commit, { code: 'ILLEGAL_GENERATION', hint: /come again/ })
  await story.pass(0)
  await rejected
  assert.equal(story.coordinator.last('OffsetCommit').lane, 'main', 'behind the JoinGroup it would have waited')
  answer()
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'assign'])
  assert.equal(ann.membership.group.generationId, 2)
  assert.equal(story.coordinator.count('JoinGroup'), 3, 'it did not begin anew')
})

test('a member that the group has forgotten loses what it had and joins as a new one', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  story.coordinator.classic.remove(ann.id)
  await story.pass(3_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'lose a-0 a-1', 'assign a-0 a-1'])
  assert.equal(ann.id, 'm2')
})

test('a member of an old generation loses what it had and joins with its id', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  story.coordinator.failNext('Heartbeat', 'ILLEGAL_GENERATION')
  await story.pass(3_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'lose a-0 a-1', 'assign a-0 a-1'])
  assert.equal(ann.id, 'm1')
})

test('a coordinator that moves is followed, without losing anything', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  story.coordinator.broker = 2
  await story.pass(6_000)
  assert.equal(story.coordinator.last('Heartbeat').broker, 2)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1'])
  story.coordinator.failNext('Heartbeat', 'lost')
  const before = ann.cluster.lookUps
  await story.pass(6_000)
  assert.equal(ann.cluster.lookUps, before + 1, 'a broken connection is a reason to ask who is the coordinator')
  assert.deepEqual(ann.host.events, ['assign a-0 a-1'])
})

test('what fails while joining is tried again, with or without a pause', async () => {
  for (const [api, failure, attempts] of [
    ['JoinGroup', 'COORDINATOR_LOAD_IN_PROGRESS', 4],
    ['JoinGroup', 'NOT_COORDINATOR', 4],
    ['JoinGroup', 'lost', 4],
    ['JoinGroup', 'REBALANCE_IN_PROGRESS', 4],
    ['SyncGroup', 'REBALANCE_IN_PROGRESS', 4],
    ['SyncGroup', 'COORDINATOR_NOT_AVAILABLE', 4],
    ['SyncGroup', 'COORDINATOR_LOAD_IN_PROGRESS', 4],
    ['SyncGroup', 'ILLEGAL_GENERATION', 4],
    ['SyncGroup', 'UNKNOWN_MEMBER_ID', 5],
    ['SyncGroup', 'lost', 4],
  ] as const) {
    const story = new Story({ a: 1 })
    const ann = story.member()
    story.coordinator.failNext(api, failure, 2)
    ann.subscribe('a')
    await story.pass(100_000)
    assert.deepEqual(ann.host.events, ['assign a-0'], `${api} ${failure}`)
    const joins = story.coordinator.count('JoinGroup')
    assert.ok(joins === attempts || joins === attempts + 1, `${api} ${failure}: ${joins} attempts`)
    assert.equal(ann.membership.isStable, true)
  }
})

test('what can’t be mended ends the membership: the application hears what to do, and partitions are lost', async () => {
  for (const failure of [
    'GROUP_AUTHORIZATION_FAILED',
    'INVALID_SESSION_TIMEOUT',
    'GROUP_MAX_SIZE_REACHED',
    'INCONSISTENT_GROUP_PROTOCOL',
  ] as const) {
    const story = new Story({ a: 1 })
    const ann = story.member()
    story.coordinator.failNext('JoinGroup', failure)
    ann.subscribe('a')
    await story.pass(10_000)
    assert.deepEqual(ann.host.events, [`fail ${failure}`])
    assert.equal(story.coordinator.story, 'JoinGroup')
    assert.match(story.lines.at(-1) ?? '', new RegExp(`^error ${failure}: joining of group g failed`))
    assert.equal(story.time.pendingTimers, 0)
    // It was mended, and the application subscribes anew.
    ann.subscribe('a')
    await story.pass(0)
    assert.equal(ann.owned, 'a-0')
  }
})

test('leaving gives back, commits, and tells the group why', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  ann.host.processed = { 'a-1': 4 }
  await ann.membership.leave('default', { reason: 'the consumer is closed' })
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'revoke a-0 a-1'])
  assert.deepEqual(story.coordinator.offsets.all, { 'a-1': 4 })
  assert.deepEqual(story.coordinator.last('LeaveGroup').body.members, [{ memberId: 'm1', reason: 'the consumer is closed' }])
  assert.equal(story.time.pendingTimers, 0)
  assert.equal(story.holds, 0)
  assert.deepEqual(ann.membership.group, { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: undefined })
})

test('whoever leaves decides whether its place is kept (KIP-1092)', async () => {
  for (const [groupInstanceId, how, leaves] of [
    [undefined, 'default', 1],
    [undefined, 'remain', 0],
    [undefined, 'leave', 1],
    ['i', 'default', 0],
    ['i', 'remain', 0],
    ['i', 'leave', 1],
  ] as const) {
    const story = new Story({ a: 1 })
    const ann = story.member({ settings: { groupInstanceId } })
    ann.subscribe('a')
    await story.pass(0)
    await ann.membership.leave(how, { reason: 'closing' })
    assert.equal(story.coordinator.count('LeaveGroup'), leaves, `${groupInstanceId} ${how}`)
  }
})

test('leaving waits no longer than it may', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  ann.host.holdUp('revoke')
  story.coordinator.silence()
  let hasLeft = false
  void ann.membership.leave('default', { reason: 'closing', timeoutMs: 5_000 }).then(() => (hasLeft = true))
  await story.pass(4_999)
  assert.equal(hasLeft, false)
  await story.pass(1)
  assert.equal(hasLeft, true)
  assert.equal(story.coordinator.count('LeaveGroup'), 1, 'the group was told all the same')
})

test('leaving while joining does not wait behind the JoinGroup', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member()
  const bob = story.member()
  ann.subscribe('a')
  await story.pass(0)
  bob.host.holdUp('revoke')
  bob.subscribe('a')
  ann.host.holdUp('revoke')
  await story.pass(3_000)
  assert.equal(bob.membership.isJoining, true)
  await bob.membership.leave('default', { reason: 'closing' })
  assert.equal(story.coordinator.last('LeaveGroup').lane, 'main')
  assert.equal(story.coordinator.classic.members.size, 1)
  assert.deepEqual(bob.host.events, [])
})

test('a member that has left can subscribe again', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  await ann.membership.leave('default', { reason: 'unsubscribed' })
  ann.subscribe('a')
  await story.pass(0)
  assert.equal(ann.owned, 'a-0')
  assert.equal(ann.id, 'm2')
})

test('an abandoned membership is silent at once', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member()
  ann.subscribe('a')
  await story.pass(0)
  ann.membership.abandon()
  assert.equal(story.time.pendingTimers, 1, 'the session timer of the coordinator is all that is left')
  await story.pass(60_000)
  assert.deepEqual(ann.host.events, ['assign a-0'])
  assert.equal(story.coordinator.classic.members.size, 0)
})

test('a changed subscription is told to the group; a cooperative member gives back only what it no longer wants', async () => {
  const story = new Story({ a: 2, b: 1 })
  const ann = story.member(cooperative())
  ann.subscribe('a')
  await story.pass(0)
  ann.subscribe('a', 'b')
  await story.pass(0)
  ann.subscribe('b')
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'assign b-0', 'revoke a-0 a-1', 'assign'])
  ann.subscribe('b')
  await story.pass(0)
  assert.equal(story.coordinator.count('JoinGroup'), 4, 'the same topics are no change')
  assert.equal(story.coordinator.classic.reasons.at(-1), 'the subscription has changed')
})

test('the leader watches the topics of the whole group and begins a rebalance when their partitions change', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member()
  const bob = story.member()
  ann.subscribe('a')
  bob.subscribe('b')
  ann.cluster.hidden = { b: 1 }
  await story.pass(3_000)
  assert.equal(ann.owned, 'a-0')
  assert.equal(bob.owned, 'b-0', 'the leader has looked for what others subscribe to')
  assert.ok(ann.cluster.tracked.has('b'))
  story.changeTopics({ a: 1, b: 2 })
  await story.pass(3_000)
  assert.equal(bob.owned, 'b-0 b-1')
  assert.ok(story.coordinator.classic.reasons.includes('the partitions of b have changed'))
  const joins = story.coordinator.count('JoinGroup')
  story.changeTopics({ a: 1 })
  await story.pass(10_000)
  assert.equal(story.coordinator.count('JoinGroup'), joins, 'metadata that leave a topic out say nothing of it')
})

test('what does not match the subscription is not taken: the member joins again', async () => {
  const story = new Story({ a: 1, b: 1 })
  const ann = story.member()
  ann.subscribe('a')
  // While the first assignment is on its way the subscription changes.
  const answer = story.coordinator.holdBack('SyncGroup')
  await story.pass(0)
  ann.subscribe('b')
  answer()
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['assign b-0'])
})

test('a leader with newer metadata may assign topics of our pattern that we have not seen', async () => {
  const story = new Story({ a1: 1, a2: 1 })
  const grabber = {
    ...range,
    assign: (...[, members]: Parameters<typeof range.assign>) =>
      new Map([...members.keys()].map((id) => [id, { partitions: [{ topic: 'a2', partition: 0 }] }])),
  }
  const ann = story.member({ assignors: [grabber] })
  ann.membership.subscribe({ topics: ['a1'], pattern: /^a/ })
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['assign a2-0'])
})

test('a cooperative assignor that hands on what is still owned is refused', async () => {
  const story = new Story({ a: 2 })
  const bad = () => ({ ...cooperativeSticky(), name: 'own', assign: (...args: Parameters<typeof range.assign>) => range.assign(...args) })
  const ann = story.member({ assignors: [bad()] })
  ann.subscribe('a')
  await story.pass(0)
  const bob = story.member({ assignors: [bad()] })
  bob.subscribe('a')
  await story.pass(3_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'lose a-0 a-1', 'fail INCONSISTENT_GROUP_PROTOCOL'])
  assert.match(story.lines.find((line) => line.startsWith('error')) ?? '', /assignor own calls itself cooperative and gives a-1/)
})

test('members tell what they own, of which generation, and their rack', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member({ ...cooperative(), settings: { clientRack: 'r1' } })
  ann.subscribe('a')
  await story.pass(0)
  ann.membership.rejoin('a test')
  await story.pass(0)
  const said = decodeSubscription(story.coordinator.last('JoinGroup').body.protocols[0].metadata)
  assert.deepEqual(said.ownedPartitions, [{ topic: 'a', partition: 0 }])
  assert.equal(said.generationId, 1)
  assert.equal(said.rackId, 'r1')
  assert.equal(Buffer.from(said.userData ?? []).toString('hex'), '00000001')
})

test('brokers from 2.1 on: no member id required, no reasons, one who leaves', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member()
  ann.cluster.versions = { JoinGroup: 3, SyncGroup: 2, Heartbeat: 2, LeaveGroup: 2, OffsetCommit: 6, OffsetFetch: 5 }
  ann.subscribe('a')
  await story.pass(6_000)
  assert.equal(story.coordinator.story, 'JoinGroup SyncGroup')
  ann.host.processed = { 'a-0': 3 }
  await ann.membership.leave('default', { reason: 'closing' })
  assert.deepEqual(story.coordinator.last('LeaveGroup').body, { groupId: 'g', memberId: 'm1' })
  for (const { body } of story.coordinator.asked) assert.equal('groupInstanceId' in body, false)
  assert.deepEqual(story.coordinator.offsets.all, { 'a-0': 3 })
})

test('a static member of an old broker is told what to do', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member({ settings: { groupInstanceId: 'i' } })
  ann.cluster.versions = { JoinGroup: 4 }
  ann.subscribe('a')
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['fail UNSUPPORTED_VERSION'])
  assert.match(story.lines.at(-1) ?? '', /Static members need brokers from Kafka 2.3 on/)
})

test('a rolling change of assignors goes through the one that all have in common', async () => {
  const story = new Story({ a: 2 })
  const old = story.member({ assignors: [kafkajsRoundRobin] })
  old.subscribe('a')
  await story.pass(0)
  const new1 = story.member({ assignors: [sticky(), kafkajsRoundRobin] })
  new1.subscribe('a')
  await story.pass(3_000)
  assert.equal(old.owned, 'a-0')
  await old.membership.leave('default', { reason: 'replaced' })
  await story.pass(3_000)
  assert.equal(new1.owned, 'a-0 a-1')
})

test('the wish to rejoin while a rebalance is under way is left alone', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member()
  ann.subscribe('a')
  ann.membership.rejoin('a test')
  await story.pass(0)
  assert.equal(story.coordinator.count('JoinGroup'), 2)
  ann.membership.rejoin('a test')
  ann.membership.rejoin('again')
  await story.pass(0)
  assert.equal(story.coordinator.count('JoinGroup'), 3)
  assert.equal(story.coordinator.classic.reasons.at(-1), 'a test')
})

test('a coordinator that never has enough is not asked in a circle without a pause', async () => {
  for (const failure of ['REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID', 'MEMBER_ID_REQUIRED'] as const) {
    const story = new Story({ a: 1 })
    const ann = story.member()
    story.coordinator.failNext('JoinGroup', failure, 1_000)
    ann.subscribe('a')
    await story.pass(30_000)
    const joins = story.coordinator.count('JoinGroup')
    assert.ok(joins > 20 && joins < 100, `${failure}: ${joins} attempts in 30 s`)
    ann.membership.abandon()
  }
})
