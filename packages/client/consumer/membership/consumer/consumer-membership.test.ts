import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GroupSettings } from '../group-settings.ts'
import { topicIdOf } from '../story/topic-id-of.ts'
import { Story } from '../story/story.ts'
import type { StoryMember } from '../story/story.ts'

const at = (partition: number, offset: number) => ({ topic: 'a', partition, offset })

async function joined(story: Story, settings: Partial<GroupSettings> = {}, ...topics: string[]): Promise<StoryMember> {
  const ann = story.member({ settings: { groupProtocol: 'consumer', ...settings } })
  ann.subscribe(...(topics.length === 0 ? ['a'] : topics))
  await story.pass(0)
  return ann
}

const beats = (story: Story) => story.coordinator.asked.filter(({ api }) => api === 'ConsumerGroupHeartbeat').map(({ body }) => body)

test('a member joins with an id of its own, tells everything once, and acknowledges what it got', async () => {
  const story = new Story({ a: 3 })
  story.coordinator.consumer.firstTarget = 'a-0 a-1'
  const ann = await joined(story, { clientRack: 'r1', groupRemoteAssignor: 'range' })
  assert.deepEqual(ann.host.events, ['assign a-0 a-1'])
  const [join, acknowledgement] = beats(story)
  assert.match(join.memberId, /^[\w-]{22}$/)
  assert.deepEqual(join, {
    groupId: 'g',
    memberId: ann.id,
    memberEpoch: 0,
    instanceId: null,
    rebalanceTimeoutMs: 300_000,
    rackId: 'r1',
    serverAssignor: 'range',
    subscribedTopicNames: ['a'],
    topicPartitions: [],
  })
  assert.deepEqual(acknowledgement, {
    groupId: 'g',
    memberId: ann.id,
    memberEpoch: 1,
    instanceId: null,
    topicPartitions: [{ topicId: topicIdOf('a'), partitions: [0, 1] }],
  })
  assert.equal(ann.membership.isStable, true)
  assert.equal(ann.membership.group.generationId, 1)
  await story.pass(20_000)
  assert.deepEqual(
    beats(story).slice(2),
    Array.from({ length: 4 }, () => ({ groupId: 'g', memberId: ann.id, memberEpoch: 1, instanceId: null })),
  )
})

test('a new target: what goes is committed and given back, what comes is taken, then it is acknowledged at once', async () => {
  const story = new Story({ a: 3 })
  story.coordinator.consumer.firstTarget = 'a-0 a-1'
  const ann = await joined(story)
  ann.host.processed = { 'a-0': 7 }
  story.coordinator.consumer.assign(ann.id, 'a-1 a-2')
  await story.pass(5_000)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'revoke a-0', 'assign a-2'])
  assert.deepEqual(story.coordinator.offsets.all, { 'a-0': 7 })
  assert.deepEqual(beats(story).at(-1).topicPartitions, [{ topicId: topicIdOf('a'), partitions: [1, 2] }])
  assert.equal(ann.membership.group.generationId, 2)
  assert.equal(ann.rebalances.length, 2)
})

test('a newer target waits until the step under way is done, with heartbeats going on', async () => {
  const story = new Story({ a: 3 })
  story.coordinator.consumer.firstTarget = 'a-0 a-1'
  const ann = await joined(story)
  const finish = ann.host.holdUp('revoke')
  story.coordinator.consumer.assign(ann.id, 'a-1')
  await story.pass(5_000)
  assert.equal(ann.membership.isStable, false)
  story.coordinator.consumer.assign(ann.id, 'a-2')
  const before = beats(story).length
  await story.pass(60_000)
  assert.ok(beats(story).length >= before + 11)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'revoke a-0'])
  finish()
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'revoke a-0', 'assign', 'revoke a-1', 'assign a-2'])
  assert.equal(ann.membership.isStable, true)
})

test('assigned topic unknown to own pattern: it is looked up by its id, and the known part is taken meanwhile', async () => {
  const story = new Story({ a: 2 })
  story.coordinator.consumer.firstTarget = 'a-0'
  const ann = await joined(story)
  // A topic that was created after joining, and that the broker's pattern matches.
  story.coordinator.consumer.assign(ann.id, 'a-0 a-1 new-0')
  await story.pass(5_000)
  assert.deepEqual(ann.host.events, ['assign a-0', 'assign a-1'])
  assert.deepEqual(beats(story).at(-1).topicPartitions, [{ topicId: topicIdOf('a'), partitions: [0, 1] }])
  assert.equal(ann.membership.isStable, false)
  // Now brokers know it.
  ann.cluster.byId.set(topicIdOf('new'), 'new')
  await story.pass(2_000)
  assert.deepEqual(ann.host.events.at(-1), 'assign new-0')
  assert.ok(ann.cluster.tracked.has('new'))
  assert.equal(ann.membership.isStable, true)
})

test('a changed subscription is told at once, and only what has changed', async () => {
  const story = new Story({ a: 1, b: 1 })
  const ann = await joined(story)
  const before = beats(story).length
  ann.membership.subscribe({ topics: ['a', 'b'] })
  await story.pass(0)
  ann.membership.subscribe({ topics: [], re2j: 'a.*' })
  await story.pass(0)
  ann.membership.subscribe({ topics: ['a'] })
  ann.membership.subscribe({ topics: ['a'] })
  await story.pass(0)
  const told = beats(story)
    .slice(before)
    .map(({ subscribedTopicNames, subscribedTopicRegex, topicPartitions }) => ({
      subscribedTopicNames,
      subscribedTopicRegex,
      topicPartitions,
    }))
  const topicPartitions = undefined
  assert.deepEqual(told, [
    { subscribedTopicNames: ['a', 'b'], subscribedTopicRegex: undefined, topicPartitions },
    { subscribedTopicNames: [], subscribedTopicRegex: 'a.*', topicPartitions },
    { subscribedTopicNames: ['a'], subscribedTopicRegex: '', topicPartitions },
  ])
})

test('after a heartbeat that failed everything is told again', async () => {
  for (const failure of ['COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR', 'lost'] as const) {
    const story = new Story({ a: 1 })
    story.coordinator.consumer.firstTarget = 'a-0'
    const ann = await joined(story)
    story.coordinator.failNext('ConsumerGroupHeartbeat', failure)
    await story.pass(6_000)
    const last = beats(story).at(-1)
    assert.equal(last.memberEpoch, 1, failure)
    assert.deepEqual([last.subscribedTopicNames, last.rebalanceTimeoutMs, last.topicPartitions?.length], [['a'], 300_000, 1], failure)
    assert.deepEqual(ann.host.events, ['assign a-0'])
  }
})

test('a fenced or forgotten member loses what it has and joins again, with its id', async () => {
  for (const failure of ['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID'] as const) {
    const story = new Story({ a: 1 })
    story.coordinator.consumer.firstTarget = 'a-0'
    const ann = await joined(story)
    const { id } = ann
    story.coordinator.failNext('ConsumerGroupHeartbeat', failure)
    await story.pass(5_000)
    assert.deepEqual(ann.host.events, ['assign a-0', 'lose a-0', 'assign a-0'], failure)
    assert.equal(ann.id, id)
    const joins = beats(story).filter(({ memberEpoch }) => memberEpoch === 0)
    assert.deepEqual(joins.at(-1).topicPartitions, [])
  }
})

test('fenced in the middle of giving back: that is finished, the rest is lost, and nothing of the old target is taken', async () => {
  const story = new Story({ a: 3 })
  story.coordinator.consumer.firstTarget = 'a-0 a-1'
  const ann = await joined(story)
  const finish = ann.host.holdUp('revoke')
  story.coordinator.consumer.assign(ann.id, 'a-1 a-2')
  await story.pass(5_000)
  story.coordinator.failNext('ConsumerGroupHeartbeat', 'FENCED_MEMBER_EPOCH')
  await story.pass(5_000)
  story.coordinator.consumer.firstTarget = 'a-2'
  finish()
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['assign a-0 a-1', 'revoke a-0', 'lose a-1', 'assign a-2'])
})

test('what can’t be mended ends the membership', async () => {
  const fatal = [
    'UNRELEASED_INSTANCE_ID',
    'FENCED_INSTANCE_ID',
    'UNSUPPORTED_ASSIGNOR',
    'GROUP_MAX_SIZE_REACHED',
    'INVALID_REQUEST',
  ] as const
  const more = ['INVALID_REGULAR_EXPRESSION', 'GROUP_AUTHORIZATION_FAILED', 'GROUP_ID_NOT_FOUND', 'UNSUPPORTED_VERSION'] as const
  for (const failure of [...fatal, ...more]) {
    const story = new Story({ a: 1 })
    story.coordinator.consumer.firstTarget = 'a-0'
    const ann = await joined(story)
    story.coordinator.failNext('ConsumerGroupHeartbeat', failure)
    await story.pass(60_000)
    assert.deepEqual(ann.host.events, ['assign a-0', 'lose a-0', `fail ${failure}`])
    assert.equal(story.time.pendingTimers, 0)
    if (failure === 'UNSUPPORTED_VERSION') assert.match(story.lines.at(-1) ?? '', /set groupProtocol to classic/)
  }
})

test('a topic that may not be read is raised, and the member stays', async () => {
  const story = new Story({ a: 1 })
  story.coordinator.consumer.firstTarget = 'a-0'
  const ann = await joined(story)
  story.coordinator.failNext('ConsumerGroupHeartbeat', 'TOPIC_AUTHORIZATION_FAILED')
  await story.pass(5_000)
  assert.deepEqual(ann.host.events, ['assign a-0', 'fail TOPIC_AUTHORIZATION_FAILED'])
  await story.pass(20_000)
  assert.deepEqual(ann.host.events.length, 2)
  assert.equal(ann.membership.group.generationId, 1)
})

test('leaving gives back, commits, and says so; a static member leaves its place open, unless it is told to leave it', async () => {
  for (const [groupInstanceId, how, epoch] of [
    [undefined, 'default', -1],
    [undefined, 'leave', -1],
    [undefined, 'remain', undefined],
    ['i', 'default', -2],
    ['i', 'remain', -2],
    ['i', 'leave', -1],
  ] as const) {
    const story = new Story({ a: 1 })
    story.coordinator.consumer.firstTarget = 'a-0'
    const ann = await joined(story, { groupInstanceId })
    ann.host.processed = { 'a-0': 3 }
    const before = beats(story).length
    await ann.membership.leave(how, { reason: 'closing' })
    assert.deepEqual(ann.host.events, ['assign a-0', 'revoke a-0'])
    assert.deepEqual(story.coordinator.offsets.all, { 'a-0': 3 })
    const said = beats(story).slice(before)
    assert.deepEqual(
      said.map(({ memberEpoch }) => memberEpoch),
      epoch === undefined ? [] : [epoch],
      `${groupInstanceId} ${how}`,
    )
    assert.equal(story.time.pendingTimers, 0)
    assert.equal(story.holds, 0)
    assert.equal(ann.membership.group.generationId, -1)
  }
})

test('answers that come after leaving are ignored', async () => {
  const story = new Story({ a: 2 })
  story.coordinator.consumer.firstTarget = 'a-0'
  const ann = await joined(story)
  story.coordinator.consumer.assign(ann.id, 'a-1')
  const answer = story.coordinator.holdBack('ConsumerGroupHeartbeat')
  await story.pass(5_000)
  const left = ann.membership.leave('default', { reason: 'closing' })
  answer()
  await left
  await story.pass(60_000)
  assert.deepEqual(ann.host.events, ['assign a-0', 'revoke a-0'])
})

test('stuck handler keeps its partitions: the member leaves and says nothing until the application is back', async () => {
  const story = new Story({ a: 1 })
  story.coordinator.consumer.firstTarget = 'a-0'
  const ann = await joined(story)
  await ann.membership.expelSelf('max.poll.interval.ms is over')
  const before = beats(story).length
  assert.equal(beats(story).at(-1).memberEpoch, -1)
  assert.deepEqual(ann.host.events, ['assign a-0', 'lose a-0'])
  await story.pass(60_000)
  assert.equal(beats(story).length, before)
  await assert.rejects(ann.commits.commit([at(0, 5)]), { code: 'UNKNOWN_MEMBER_ID' })
  ann.membership.rejoin('the application is back')
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['assign a-0', 'lose a-0', 'assign a-0'])
})

test('heartbeats fail for ever unnoticed: a silent coordinator shows as warning and metric', async () => {
  const story = new Story({ a: 1 })
  story.coordinator.consumer.firstTarget = 'a-0'
  const ann = await joined(story)
  story.coordinator.silence()
  await story.pass(60_000)
  assert.equal(ann.silences, 1)
  assert.match(story.lines.at(-1) ?? '', /^warn The coordinator of group g has answered no heartbeat/)
  story.coordinator.speakAgain()
  await story.pass(5_000)
  assert.deepEqual(ann.host.events, ['assign a-0'])
})

test('a commit with an old epoch is sent again with the newer one', async () => {
  const story = new Story({ a: 2 })
  story.coordinator.consumer.firstTarget = 'a-0'
  const ann = await joined(story)
  // The group is an epoch further than the member knows.
  story.coordinator.consumer.bump(ann.id)
  const commit = ann.commits.commit([at(0, 5)])
  await story.pass(1_000)
  await commit
  const epochs = story.coordinator.asked.filter(({ api }) => api === 'OffsetCommit').map(({ body }) => body.generationIdOrMemberEpoch)
  assert.deepEqual([...new Set(epochs)], [1, 2])
  assert.deepEqual(story.coordinator.offsets.all, { 'a-0': 5 })
})

test('committed offsets are asked for as this member; an old epoch is no reason to begin elsewhere', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  story.coordinator.failNext('OffsetFetch', 'STALE_MEMBER_EPOCH')
  const fetch = ann.commits.fetchCommitted([at(0, 0)])
  await story.pass(1_000)
  assert.deepEqual(await fetch, [undefined])
  const [group] = story.coordinator.last('OffsetFetch').body.groups
  assert.deepEqual([group.memberId, group.memberEpoch], [ann.id, 1])
  assert.equal(story.coordinator.count('OffsetFetch'), 2)
})
