import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'

const hex = (spaced: string) => Buffer.from(spaced.replaceAll(' ', ''), 'hex')
const at = (place: string) => ({
  topic: place.slice(0, place.lastIndexOf('-')),
  partition: Number(place.slice(place.lastIndexOf('-') + 1)),
})

const subscription = {
  topics: ['b', 'a'],
  userData: null,
  ownedPartitions: ['a-1', 'a-0'].map(at),
  generationId: 5,
  rackId: 'r1',
}

test('a subscription has the bytes that Java writes: sorted topics, what is owned, generation, rack', () => {
  const bytes = hex('0003 00000002 000161 000162 ffffffff 00000001 000161 00000002 00000000 00000001 00000005 00027231')
  assert.deepEqual(encodeSubscription(subscription), bytes)
  assert.deepEqual(decodeSubscription(bytes), { ...subscription, topics: ['a', 'b'], ownedPartitions: ['a-0', 'a-1'].map(at) })
})

test('an assignment has the bytes that Java writes: partitions in their order', () => {
  const bytes = hex('0003 00000002 000161 00000002 00000001 00000000 000162 00000001 00000000 ffffffff')
  const assignment = { partitions: ['a-1', 'a-0', 'b-0'].map(at), userData: null }
  assert.deepEqual(encodeAssignment(assignment), bytes)
  assert.deepEqual(decodeAssignment(bytes), assignment)
})

test('subscriptions of older members are read with what they say', () => {
  const userData = Buffer.from([7])
  const read = (version: number) => decodeSubscription(encodeSubscription({ ...subscription, userData }, version))
  const sorted = { topics: ['a', 'b'], userData }
  const owned = ['a-0', 'a-1'].map(at)
  assert.deepEqual(read(0), { ...sorted, ownedPartitions: [], generationId: -1, rackId: undefined })
  assert.deepEqual(read(1), { ...sorted, ownedPartitions: owned, generationId: -1, rackId: undefined })
  assert.deepEqual(read(2), { ...sorted, ownedPartitions: owned, generationId: 5, rackId: undefined })
})

test('versions of the future are read as the newest that is known', () => {
  const future = Buffer.concat([encodeSubscription(subscription), Buffer.from([1, 2, 3])])
  future.writeInt16BE(9, 0)
  assert.equal(decodeSubscription(future).rackId, 'r1')
  const assignment = Buffer.concat([encodeAssignment({ partitions: [at('a-1')] }), Buffer.from([1])])
  assignment.writeInt16BE(9, 0)
  assert.deepEqual(decodeAssignment(assignment).partitions, [at('a-1')])
})

test('a member that a leader with kafkajs has left out has no partitions', () => {
  assert.deepEqual(decodeAssignment(Buffer.alloc(0)).partitions, [])
})

test('damaged bytes are refused without allocating what they announce', () => {
  const good = encodeSubscription(subscription)
  for (let length = 0; length < good.length; length++) {
    assert.throws(() => decodeSubscription(good.subarray(0, length)), { name: 'MalformedBytes' })
  }
  assert.throws(() => decodeSubscription(hex('0003 7fffffff')), { name: 'MalformedBytes' })
  assert.throws(() => decodeAssignment(hex('0003 00000001 000161 7fffffff')), { name: 'MalformedBytes' })
  assert.throws(() => decodeAssignment(hex('ffff 00000000 ffffffff')), { name: 'MalformedBytes' })
})
