import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cooperativeSticky } from '../../assignors/index.ts'
import { Story } from '../story/story.ts'

const cooperative = () => ({ assignors: [cooperativeSticky()] })

test('a second member of the same instance id fences the first', async () => {
  const story = new Story({ a: 1 })
  const settings = { groupInstanceId: 'i' }
  const ann = story.member({ settings })
  ann.subscribe('a')
  await story.pass(0)
  const twin = story.member({ settings })
  twin.subscribe('a')
  await story.pass(3_000)
  assert.deepEqual(ann.host.events, ['assign a-0', 'lose a-0', 'fail FENCED_INSTANCE_ID'])
  assert.equal(twin.owned, 'a-0')
})

test('a static member comes back within its session and gets its partitions without a rebalance', async () => {
  const story = new Story({ a: 2 })
  const ann = story.member({ settings: { groupInstanceId: 'i1' } })
  const bob = story.member({ settings: { groupInstanceId: 'i2' } })
  ann.subscribe('a')
  bob.subscribe('a')
  await story.pass(3_000)
  const before = story.coordinator.classic.generation
  const had = bob.owned
  await bob.membership.leave('default', { reason: 'closing' })
  assert.deepEqual(story.coordinator.classic.left, [])
  await story.pass(10_000)
  const back = story.member({ settings: { groupInstanceId: 'i2' } })
  back.subscribe('a')
  await story.pass(10_000)
  assert.equal(back.owned, had)
  assert.equal(story.coordinator.classic.generation, before)
  assert.deepEqual(ann.host.events.at(-1), 'assign a-0')
})

test('a static member that goes before it has joined the round it owes leaves for good, or what it gave back were nobody’s', async () => {
  for (const goes of ['while it gives back', 'before the assignment has come'] as const) {
    const story = new Story({ a: 4 })
    const ann = story.member({ ...cooperative(), settings: { groupInstanceId: 'i1' } })
    ann.subscribe('a')
    await story.pass(0)
    const finish = ann.host.holdUp('revoke')
    const answer = goes === 'while it gives back' ? () => {} : story.coordinator.holdBack('SyncGroup')
    const bob = story.member({ ...cooperative(), settings: { groupInstanceId: 'i2' } })
    bob.subscribe('a')
    await story.pass(3_000)
    const left = ann.membership.leave('default', { reason: 'the consumer has unsubscribed' })
    finish()
    await story.pass(0)
    await left
    answer()
    await story.pass(3_000)
    assert.equal(story.coordinator.classic.left.length, 1, goes)
    assert.equal(bob.owned, 'a-0 a-1 a-2 a-3', goes)
    ann.subscribe('a')
    await story.pass(10_000)
    assert.equal(`${ann.owned} ${bob.owned}`.split(' ').toSorted().join(' '), 'a-0 a-1 a-2 a-3', goes)
    // It owes nothing now, and keeps its place.
    await ann.membership.leave('default', { reason: 'the consumer is closed' })
    assert.equal(story.coordinator.classic.left.length, 1, goes)
  }
})

test('a static leader that comes back does not assign anew (KIP-814)', async () => {
  const story = new Story({ a: 2 })
  const settings = { groupInstanceId: 'i1' }
  const ann = story.member({ settings })
  ann.subscribe('a')
  await story.pass(0)
  ann.membership.abandon()
  const back = story.member({ settings })
  back.subscribe('a')
  await story.pass(0)
  assert.equal(back.owned, 'a-0 a-1')
  assert.deepEqual(story.coordinator.last('SyncGroup').body.assignments, [])
  // It watches the topics all the same.
  story.changeTopics({ a: 3 })
  await story.pass(0)
  assert.equal(back.owned, 'a-0 a-1 a-2')
})
