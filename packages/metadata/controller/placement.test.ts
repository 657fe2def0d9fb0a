import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import * as fc from 'fast-check'
import type { BrokerImage } from '../image/broker-image.ts'
import { placeReplicas } from './placement.ts'
import { registrationOf } from './test-cluster.ts'

const broker = (id: number, rack: string | null, fenced = false): BrokerImage => ({
  ...registrationOf(id, rack),
  epoch: 1,
  fenced,
  inControlledShutdown: false,
  registered: true,
  revision: 1,
})

const anyBrokers = fc
  .array(fc.record({ rack: fc.constantFrom(null, 'a', 'b', 'c'), fenced: fc.boolean() }), { minLength: 1, maxLength: 9 })
  .map((list) => list.map(({ rack, fenced }, index) => broker(index, rack, fenced)))

test('every partition gets as many different brokers as asked for, and a living one to lead', () => {
  fc.assert(
    fc.property(
      anyBrokers,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(),
      (brokers, replicationFactor, partitions, seed) => {
        const placed = placeReplicas(brokers, { partitions, replicationFactor }, new SeededRandom(seed))
        const possible = replicationFactor <= brokers.length && brokers.some(({ fenced }) => !fenced)
        assert.equal(typeof placed !== 'string', possible)
        if (typeof placed === 'string') return
        assert.equal(placed.length, partitions)
        for (const replicas of placed) {
          assert.equal(new Set(replicas).size, replicationFactor)
          assert.equal(brokers.find(({ id }) => id === replicas[0])?.fenced, false)
        }
      },
    ),
  )
})

test('replicas of a partition lie in as many racks as there are', () => {
  fc.assert(
    fc.property(anyBrokers, fc.integer({ min: 1, max: 4 }), fc.nat(), (all, replicationFactor, seed) => {
      const brokers = all.map((each) => ({ ...each, fenced: false }))
      const racks = new Set(brokers.map(({ rack }) => rack)).size
      const placed = placeReplicas(brokers, { partitions: 20, replicationFactor }, new SeededRandom(seed))
      if (typeof placed === 'string') return
      for (const replicas of placed) {
        const used = new Set(replicas.map((id) => brokers.find((each) => each.id === id)?.rack))
        assert.equal(used.size, Math.min(racks, replicationFactor))
      }
    }),
  )
})

test('leaders and followers are spread evenly over equal racks', () => {
  const brokers = Array.from({ length: 6 }, (_, id) => broker(id, `rack-${id % 3}`))
  for (let seed = 0; seed < 20; seed++) {
    const placed = placeReplicas(brokers, { partitions: 60, replicationFactor: 2 }, new SeededRandom(seed))
    assert.ok(typeof placed !== 'string')
    for (const { id } of brokers) {
      const leads = placed.filter(([leader]) => leader === id).length
      assert.ok(leads >= 7 && leads <= 13, `broker ${id} leads ${leads} of 60`)
      const has = placed.filter((replicas) => replicas.includes(id)).length
      assert.ok(has >= 15 && has <= 25, `broker ${id} has ${has} of 120`)
    }
  }
})

test('brokers that are away get replicas only when their rack has nobody else', () => {
  const brokers = [broker(1, 'a'), broker(2, 'a', true), broker(3, 'b'), broker(4, 'b', true)]
  const placed = placeReplicas(brokers, { partitions: 10, replicationFactor: 2 }, new SeededRandom(1))
  assert.ok(typeof placed !== 'string')
  for (const replicas of placed) assert.deepEqual(new Set(replicas), new Set([1, 3]))
})
