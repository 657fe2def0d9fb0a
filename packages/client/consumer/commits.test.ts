import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cooperativeSticky } from './assignors/index.ts'
import { Commits } from './commits.ts'
import { Story } from './membership/story/story.ts'
import type { StoryMember } from './membership/story/story.ts'

const at = (partition: number, offset: number) => ({ topic: 'a', partition, offset })

async function joined(story: Story): Promise<StoryMember> {
  const ann = story.member({ assignors: [cooperativeSticky()] })
  ann.subscribe('a')
  await story.pass(0)
  return ann
}

/** A promise's end, as text. */
function watch(promise: Promise<unknown>): { end: string } {
  const watched = { end: 'waits' }
  promise.then(
    () => (watched.end = 'done'),
    (error: { readonly code: string }) => (watched.end = error.code),
  )
  return watched
}

test('commits of one turn go together, and those that come meanwhile go into the next request', async () => {
  const story = new Story({ a: 2 })
  const ann = await joined(story)
  const answer = story.coordinator.holdBack('OffsetCommit')
  const ends = [ann.commits.commit([at(0, 1)]), ann.commits.commit([at(1, 5)])].map(watch)
  await story.pass(0)
  assert.equal(story.coordinator.count('OffsetCommit'), 1)
  ends.push(watch(ann.commits.commit([at(0, 2)])), watch(ann.commits.commit([at(0, 3)])))
  await story.pass(0)
  assert.equal(story.coordinator.count('OffsetCommit'), 1, 'one at a time')
  answer()
  await story.pass(0)
  assert.equal(story.coordinator.count('OffsetCommit'), 2)
  assert.deepEqual(story.coordinator.offsets.all, { 'a-0': 3, 'a-1': 5 })
  assert.deepEqual(
    ends.map(({ end }) => end),
    ['done', 'done', 'done', 'done'],
  )
  assert.equal(story.holds, 0)
})

test('an older offset never overwrites a newer one, also when the older one has to be sent again', async () => {
  const story = new Story({ a: 2 })
  const ann = await joined(story)
  story.coordinator.failNext('OffsetCommit', 'COORDINATOR_LOAD_IN_PROGRESS')
  const older = watch(ann.commits.commit([at(0, 1), at(1, 1)]))
  await story.pass(0)
  const newer = watch(ann.commits.commit([at(0, 9)]))
  await story.pass(1_000)
  assert.deepEqual([older.end, newer.end], ['done', 'done'])
  assert.deepEqual(story.coordinator.offsets.all, { 'a-0': 9, 'a-1': 1 })
})

test('leader epoch, metadata, and who commits go along', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  await ann.commits.commit([{ ...at(0, 7), leaderEpoch: 3, metadata: 'mine' }])
  assert.deepEqual(story.coordinator.offsets.committed.get('a-0'), { offset: 7, leaderEpoch: 3, metadata: 'mine' })
  const { body } = story.coordinator.last('OffsetCommit')
  assert.deepEqual([body.groupId, body.memberId, body.generationIdOrMemberEpoch], ['g', 'm1', 1])
  assert.deepEqual(await ann.commits.fetchCommitted([at(0, 0)]), [
    { topic: 'a', partition: 0, offset: 7, leaderEpoch: 3, metadata: 'mine' },
  ])
})

test('without a membership it is a commit without a member', async () => {
  const story = new Story({ a: 1 })
  const { cluster } = story.member()
  const ann = story.member()
  const commits = new Commits({ environment: story.environment, settings: ann.settings, cluster, membership: () => undefined })
  await commits.commit([at(0, 7)])
  const { body } = story.coordinator.last('OffsetCommit')
  assert.deepEqual([body.memberId, body.generationIdOrMemberEpoch], ['', -1])
})

test('topics have ids only when every one has: else names, in an older version', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  await ann.commits.commit([at(0, 1)])
  assert.equal(story.coordinator.last('OffsetCommit').version, 10)
  await ann.commits.commit([at(0, 1), { topic: 'new', partition: 0, offset: 1 }])
  assert.equal(story.coordinator.last('OffsetCommit').version, 9)
  await ann.commits.fetchCommitted([at(0, 0)])
  assert.equal(story.coordinator.last('OffsetFetch').version, 10)
  await ann.commits.fetchCommitted([at(0, 0), { topic: 'new', partition: 0 }])
  assert.equal(story.coordinator.last('OffsetFetch').version, 9)
})

test('what passes is tried again until the time is over; the rejection says that the outcome is unknown', async () => {
  for (const failure of [
    'NOT_COORDINATOR',
    'COORDINATOR_NOT_AVAILABLE',
    'COORDINATOR_LOAD_IN_PROGRESS',
    'REQUEST_TIMED_OUT',
    'lost',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ] as const) {
    const story = new Story({ a: 1 })
    const ann = await joined(story)
    story.coordinator.failNext('OffsetCommit', failure, 3)
    const commit = watch(ann.commits.commit([at(0, 1)]))
    await story.pass(5_000)
    assert.equal(commit.end, 'done', failure)
    assert.equal(story.coordinator.count('OffsetCommit'), 4)
  }
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  story.coordinator.failNext('OffsetCommit', 'COORDINATOR_LOAD_IN_PROGRESS', 1_000)
  const commit = ann.commits.commit([at(0, 1)])
  const rejected = assert.rejects(commit, {
    code: 'REQUEST_TIMED_OUT',
    message: /commit of a-0 within 60000 ms.*COORDINATOR_LOAD/,
    hint: /not known/,
  })
  await story.pass(60_000)
  await rejected
  assert.equal(story.holds, 0)
})

test('what does not pass is refused at once, with whether the records come again, and the membership hears of it', async () => {
  for (const [failure, rejoins] of [
    ['REBALANCE_IN_PROGRESS', true],
    ['ILLEGAL_GENERATION', true],
    ['UNKNOWN_MEMBER_ID', true],
    ['TOPIC_AUTHORIZATION_FAILED', false],
    ['GROUP_AUTHORIZATION_FAILED', false],
    ['OFFSET_METADATA_TOO_LARGE', false],
  ] as const) {
    const story = new Story({ a: 1 })
    const ann = await joined(story)
    story.coordinator.failNext('OffsetCommit', failure)
    const joins = story.coordinator.count('JoinGroup')
    await assert.rejects(ann.commits.commit([at(0, 1)]), { code: failure, hint: /come again|Shorten/ }, failure)
    assert.equal(story.coordinator.count('OffsetCommit'), 1)
    await story.pass(1_000)
    assert.equal(story.coordinator.count('JoinGroup') > joins, rejoins, failure)
    const loses = failure === 'ILLEGAL_GENERATION' || failure === 'UNKNOWN_MEMBER_ID'
    assert.equal(ann.host.events.includes('lose a-0'), loses, failure)
  }
})

test('a fenced static member can only be closed', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  story.coordinator.failNext('OffsetCommit', 'FENCED_INSTANCE_ID')
  await assert.rejects(ann.commits.commit([at(0, 1)]), { code: 'FENCED_INSTANCE_ID', fatal: true })
  await story.pass(0)
  assert.deepEqual(ann.host.events.slice(1), ['lose a-0', 'fail FENCED_INSTANCE_ID'])
})

test('before a rebalance a deleted topic is not waited for', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  story.coordinator.offsets.errors.set('a-0', 'UNKNOWN_TOPIC_OR_PARTITION')
  await assert.rejects(ann.commits.commit([at(0, 1)], { beforeRebalance: true }), { code: 'UNKNOWN_TOPIC_OR_PARTITION' })
})

test('one partition that is refused does not take commits of others along', async () => {
  const story = new Story({ a: 2 })
  const ann = await joined(story)
  story.coordinator.offsets.errors.set('a-0', 'TOPIC_AUTHORIZATION_FAILED')
  const ends = [ann.commits.commit([at(0, 1)]), ann.commits.commit([at(1, 2)])].map(watch)
  await story.pass(0)
  assert.deepEqual(
    ends.map(({ end }) => end),
    ['TOPIC_AUTHORIZATION_FAILED', 'done'],
  )
})

test('an attempt that comes after a rebalance is not made: the partition may be another’s by now', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  story.coordinator.failNext('OffsetCommit', 'COORDINATOR_LOAD_IN_PROGRESS')
  const commit = watch(ann.commits.commit([at(0, 1)]))
  await story.pass(0)
  ann.membership.rejoin('a test')
  await story.pass(1_000)
  assert.equal(ann.membership.group.generationId, 2)
  assert.equal(commit.end, 'ILLEGAL_GENERATION')
  assert.deepEqual(story.coordinator.offsets.all, {})
})

test('a commit of a member is not tried again by a consumer that has unsubscribed: in a group that is empty by then it would overwrite anything', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  let member: StoryMember['membership'] | undefined = ann.membership
  const { environment } = story
  const { settings, cluster } = ann
  const commits = new Commits({ environment, settings, cluster, membership: () => member })
  story.coordinator.failNext('OffsetCommit', 'lost')
  const commit = watch(commits.commit([at(0, 1)]))
  await story.pass(0)
  await ann.membership.leave('default', { reason: 'the consumer unsubscribed' })
  member = undefined
  await story.pass(1_000)
  assert.equal(commit.end, 'ILLEGAL_GENERATION')
  assert.deepEqual(story.coordinator.offsets.all, {})
})

test('where the assignment is known it counts, not the generation: what stayed is written in the next one, what came anew is not', async () => {
  const story = new Story({ a: 2 })
  const ann = await joined(story)
  const assignments = [{}, {}]
  const { environment } = story
  const { settings, cluster, membership } = ann
  const assignmentOf = ({ partition }: { readonly partition: number }) => assignments[partition]
  const commits = new Commits({ environment, settings, cluster, membership: () => membership, assignmentOf })
  story.coordinator.failNext('OffsetCommit', 'COORDINATOR_LOAD_IN_PROGRESS')
  const ends = [commits.commit([at(0, 1)]), commits.commit([at(1, 1)])].map(watch)
  await story.pass(0)
  membership.rejoin('a test')
  assignments[1] = {} // another member has had it in between
  await story.pass(1_000)
  assert.equal(membership.group.generationId, 2)
  assert.deepEqual(
    ends.map(({ end }) => end),
    ['done', 'ILLEGAL_GENERATION'],
  )
  assert.deepEqual(story.coordinator.offsets.all, { 'a-0': 1 })
})

test('OffsetFetch error read as "none": it is asked again until there is an answer, or rejects', async () => {
  for (const failure of ['COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR', 'UNSTABLE_OFFSET_COMMIT', 'lost'] as const) {
    const story = new Story({ a: 1 })
    const ann = await joined(story)
    await ann.commits.commit([at(0, 7)])
    story.coordinator.failNext('OffsetFetch', failure, 3)
    const fetch = ann.commits.fetchCommitted([at(0, 0)])
    await story.pass(5_000)
    assert.deepEqual(await fetch, [at(0, 7)], failure)
  }
  const story = new Story({ a: 2 })
  const ann = await joined(story)
  await ann.commits.commit([at(0, 7)])
  assert.deepEqual(await ann.commits.fetchCommitted([at(1, 0), at(0, 0)]), [undefined, at(0, 7)])
  story.coordinator.offsets.errors.set('a-1', 'UNSTABLE_OFFSET_COMMIT')
  const fetch = ann.commits.fetchCommitted([at(1, 0), at(0, 0)])
  const rejected = assert.rejects(fetch, { code: 'REQUEST_TIMED_OUT', message: /a-1/ })
  await story.pass(60_000)
  await rejected
  story.coordinator.offsets.errors.set('a-1', 'TOPIC_AUTHORIZATION_FAILED')
  await assert.rejects(ann.commits.fetchCommitted([at(1, 0), at(0, 0)]), { code: 'TOPIC_AUTHORIZATION_FAILED' })
  assert.equal(story.holds, 0)
})

test('offsets of open transactions are waited for, from the version on that can', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  await ann.commits.fetchCommitted([at(0, 0)])
  assert.equal(story.coordinator.last('OffsetFetch').body.requireStable, true)
  ann.cluster.versions = { OffsetFetch: 6 }
  assert.deepEqual(await ann.commits.fetchCommitted([at(0, 0)]), [undefined])
  assert.equal(story.coordinator.last('OffsetFetch').body.requireStable, false)
})

test('whoever waits can give up, and a close ends all waiting', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  story.coordinator.silence()
  const giveUp = new AbortController()
  const reason = new Error('enough')
  const commit = assert.rejects(ann.commits.commit([at(0, 1)], { signal: giveUp.signal }), reason)
  const fetch = assert.rejects(ann.commits.fetchCommitted([at(0, 0)], { signal: giveUp.signal }), reason)
  const others = [watch(ann.commits.commit([at(0, 2)])), watch(ann.commits.fetchCommitted([at(0, 0)]))]
  await story.pass(10)
  giveUp.abort(reason)
  await Promise.all([commit, fetch])
  ann.commits.close()
  await story.pass(10)
  assert.deepEqual(
    others.map(({ end }) => end),
    ['ODRADEK_CLOSED', 'ODRADEK_CLOSED'],
  )
  await assert.rejects(ann.commits.commit([at(0, 1)]), { code: 'ODRADEK_CLOSED' })
  await assert.rejects(ann.commits.fetchCommitted([at(0, 0)]), { code: 'ODRADEK_CLOSED' })
  assert.equal(story.holds, 0)
})

test('an offset that can be none, and a consumer without group, are refused at once', async () => {
  const story = new Story({ a: 1 })
  const ann = await joined(story)
  for (const offset of [-1, 1.5, NaN]) await assert.rejects(ann.commits.commit([at(0, offset)]), { code: 'ODRADEK_STATE', message: /a-0/ })
  await ann.commits.commit([])
  assert.equal(story.coordinator.count('OffsetCommit'), 0)
  const settings = { ...ann.settings, groupId: undefined }
  const alone = new Commits({ environment: story.environment, settings, cluster: ann.cluster, membership: () => undefined })
  await assert.rejects(alone.commit([at(0, 1)]), { code: 'ODRADEK_STATE', message: /Set groupId/ })
  await assert.rejects(alone.fetchCommitted([at(0, 0)]), { code: 'ODRADEK_STATE' })
})
