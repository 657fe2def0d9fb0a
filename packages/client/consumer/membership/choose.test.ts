import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Story } from './story/story.ts'

const auto = { settings: { groupProtocol: 'auto' } } as const

test('auto takes the consumer protocol where the cluster has finalized it', async () => {
  const story = new Story({ a: 1 })
  story.coordinator.consumer.firstTarget = 'a-0'
  const ann = story.member(auto)
  ann.cluster.features = { 'group.version': 1 }
  assert.equal(ann.membership.protocol, undefined)
  ann.subscribe('a')
  await story.pass(0)
  assert.equal(ann.membership.protocol, 'consumer')
  assert.equal(ann.owned, 'a-0')
})

test('auto takes the classic protocol elsewhere, and where a setting speaks for it', async () => {
  for (const [features, versions, settings] of [
    [{}, {}, {}],
    [{ 'group.version': 0 }, {}, {}],
    [{ 'group.version': 1 }, { ConsumerGroupHeartbeat: -1 }, {}],
    [{ 'group.version': 1 }, {}, { sessionTimeoutMs: 10_000 }],
    [{ 'group.version': 1 }, {}, { heartbeatIntervalMs: 1_000 }],
  ] as const) {
    const story = new Story({ a: 1 })
    const ann = story.member({ settings: { ...settings, groupProtocol: 'auto' } })
    ann.cluster.features = features
    ann.cluster.versions = versions
    ann.subscribe('a')
    await story.pass(0)
    assert.equal(ann.membership.protocol, 'classic')
    assert.equal(ann.owned, 'a-0')
  }
})

test('auto falls back when the broker refuses what the cluster announces', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member(auto)
  ann.cluster.features = { 'group.version': 1 }
  story.coordinator.failNext('ConsumerGroupHeartbeat', 'UNSUPPORTED_VERSION')
  ann.subscribe('a')
  await story.pass(0)
  assert.equal(ann.membership.protocol, 'classic')
  assert.deepEqual(ann.host.events, ['assign a-0'])
})

test('auto waits until the coordinator can be asked, and can be left meanwhile', async () => {
  const story = new Story({ a: 1 })
  story.coordinator.broker = undefined
  const ann = story.member(auto)
  ann.subscribe('a')
  await story.pass(10_000)
  assert.equal(ann.membership.protocol, undefined)
  story.coordinator.broker = 1
  await story.pass(2_000)
  assert.equal(ann.owned, 'a-0')
  story.coordinator.broker = undefined
  const bob = story.member(auto)
  bob.subscribe('a')
  await story.pass(1_000)
  await bob.membership.leave('default', { reason: 'closing' })
  story.coordinator.broker = 1
  await story.pass(10_000)
  assert.deepEqual(bob.host.events, [])
})

test('a pattern for the broker needs a broker that has them', async () => {
  const story = new Story({ a: 1 })
  const ann = story.member(auto)
  ann.membership.subscribe({ topics: [], re2j: 'a.*' })
  await story.pass(0)
  assert.deepEqual(ann.host.events, ['fail UNSUPPORTED_VERSION'])
})
