import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import type { Assignor, AssignorCluster, MemberSubscription } from '../../assignor.ts'
import type { PartitionInfo } from '../../partitions.ts'
import { cooperativeSticky, kafkajsRoundRobin, range, roundRobin, sticky } from './index.ts'
import { writeStickyUserData } from './sticky-user-data.ts'

/** `a×3 b×2`: topics and their numbers of partitions; racks of the replicas of each partition, in turn. */
function cluster(topics: string, racks: readonly string[] = []): AssignorCluster {
  const counts = new Map(topics.split(' ').map((one) => [one.split('×')[0] ?? '', Number(one.split('×')[1])]))
  return {
    partitions: (topic) => Array.from({ length: counts.get(topic) ?? 0 }, (_, partition) => info(topic, partition, racks.length)),
    rack: (broker) => racks[broker],
  }
}

function info(topic: string, partition: number, brokers: number): PartitionInfo {
  const replicas = brokers === 0 ? [] : [partition % brokers]
  return { topic, partition, replicas, inSyncReplicas: replicas, offlineReplicas: [] }
}

const member = (topics: string, more: Partial<MemberSubscription> = {}): MemberSubscription => ({
  topics: topics.split(' '),
  userData: null,
  ownedPartitions: [],
  generationId: -1,
  ...more,
})

const places = (text: string) =>
  text.split(' ').flatMap((place) => (place === '' ? [] : [{ topic: place.charAt(0), partition: Number(place.slice(1)) }]))

/** Who gets what, in the order of the members: `a0 a1 · b0`. */
function dealt(assignor: Assignor, on: AssignorCluster, members: Record<string, MemberSubscription>): string {
  const assigned = assignor.assign(on, new Map(Object.entries(members)))
  return Object.keys(members)
    .map((id) =>
      (assigned.get(id)?.partitions ?? [])
        .map(({ topic, partition }) => `${topic}${partition}`)
        .toSorted()
        .join(' '),
    )
    .join(' · ')
}

const both = member('a b')

test('a×3 b×3 for two members', () => {
  const on = cluster('a×3 b×3')
  const members = { c1: both, c2: both }
  assert.equal(dealt(range, on, members), 'a0 a1 b0 b1 · a2 b2')
  assert.equal(dealt(roundRobin, on, members), 'a0 a2 b1 · a1 b0 b2')
  assert.equal(dealt(sticky(), on, members), 'a0 a2 b1 · a1 b0 b2')
  assert.equal(dealt(cooperativeSticky(), on, members), 'a0 a2 b1 · a1 b0 b2')
})

test('a×4 b×3 for three members', () => {
  const on = cluster('a×4 b×3')
  const members = { c1: both, c2: both, c3: both }
  assert.equal(dealt(range, on, members), 'a0 a1 b0 · a2 b1 · a3 b2')
  assert.equal(dealt(roundRobin, on, members), 'a0 a3 b2 · a1 b0 · a2 b1')
  assert.equal(dealt(sticky(), on, members), 'a0 a3 b2 · a1 b0 · a2 b1')
})

test('members that subscribe to different topics', () => {
  const on = cluster('t×1 u×2 v×3')
  const members = { c0: member('t'), c1: member('t u'), c2: member('t u v') }
  assert.equal(dealt(range, on, members), 't0 · u0 · u1 v0 v1 v2')
  assert.equal(dealt(roundRobin, on, members), 't0 · u0 · u1 v0 v1 v2')
  assert.equal(dealt(sticky(), on, members), 't0 · u0 u1 · v0 v1 v2')
})

test('static members come first, in the order of their instance ids; sticky goes by member ids', () => {
  const on = cluster('a×5')
  const members = { z: member('a', { groupInstanceId: 'i1' }), a: member('a', { groupInstanceId: 'i2' }), b: member('a') }
  assert.equal(dealt(range, on, members), 'a0 a1 · a2 a3 · a4')
  assert.equal(dealt(roundRobin, on, members), 'a0 a3 · a1 a4 · a2')
  assert.equal(dealt(sticky(), on, members), 'a2 · a0 a3 · a1 a4')
})

test('a third member joins: what changes its owner comes a round later', () => {
  const on = cluster('a×3 b×3')
  const owning = (owned: string, generationId: number) => member('a b', { ownedPartitions: places(owned), generationId })
  const first = { c1: owning('a0 a2 b1', 1), c2: owning('a1 b0 b2', 1), c3: both }
  assert.equal(dealt(cooperativeSticky(), on, first), 'a0 b1 · a1 b0 · ')
  const second = { c1: owning('a0 b1', 2), c2: owning('a1 b0', 2), c3: owning('', 2) }
  assert.equal(dealt(cooperativeSticky(), on, second), 'a0 b1 · a1 b0 · a2 b2')
})

test('the eager sticky assignor moves them at once, by what members had', () => {
  const had = (owned: string) => member('a b', { userData: writeStickyUserData(places(owned), 1) })
  const members = { c1: had('a0 a2 b1'), c2: had('a1 b0 b2'), c3: both }
  assert.equal(dealt(sticky(), cluster('a×3 b×3'), members), 'a0 b1 · a1 b0 · a2 b2')
})

test('a partition that two members claim in one generation is nobody’s, of two generations the newer counts', () => {
  const on = cluster('a×2')
  const owning = (owned: string, generationId: number) => member('a', { ownedPartitions: places(owned), generationId })
  assert.equal(dealt(cooperativeSticky(), on, { c1: owning('a0', 3), c2: owning('a0', 4) }), 'a1 · a0')
  // Claimed twice: whoever gets it has to wait until all have given it back.
  assert.equal(dealt(cooperativeSticky(), on, { c1: owning('a0', 4), c2: owning('a0', 4) }), ' · a1')
})

test('user data have the bytes of Java, and older ones are read', () => {
  const assignor = sticky()
  assert.equal(assignor.subscriptionUserData?.(['a']), null)
  const group = { groupId: 'g', generationId: 5, memberId: 'm', groupInstanceId: undefined }
  assignor.onAssignment?.({ partitions: places('a1 a0') }, group)
  const bytes = assignor.subscriptionUserData?.(['a'])
  assert.equal(Buffer.from(bytes ?? []).toString('hex'), '0000000100016100000002000000010000000000000005')
  const cooperative = cooperativeSticky()
  assert.equal(Buffer.from(cooperative.subscriptionUserData?.(['a']) ?? []).toString('hex'), 'ffffffff')
  cooperative.onAssignment?.({ partitions: [] }, group)
  assert.equal(Buffer.from(cooperative.subscriptionUserData?.(['a']) ?? []).toString('hex'), '00000005')
  const withoutGeneration = Buffer.from('000000010001610000000100000000', 'hex')
  assert.equal(dealt(sticky(), cluster('a×2'), { c1: member('a'), c2: member('a', { userData: withoutGeneration }) }), 'a1 · a0')
  assert.equal(dealt(sticky(), cluster('a×2'), { c1: member('a'), c2: member('a', { userData: Buffer.from([1]) }) }), 'a0 · a1')
})

test('with racks, range and sticky give a member what has a replica near to it', () => {
  const on = cluster('a×4', ['r1', 'r2'])
  const members = { c1: member('a', { rackId: 'r2' }), c2: member('a', { rackId: 'r1' }) }
  for (const assignor of [range, sticky(), cooperativeSticky()]) assert.equal(dealt(assignor, on, members), 'a1 a3 · a0 a2', assignor.name)
})

test('topics with the same members and numbers of partitions keep the same numbers together, also with racks', () => {
  const on = cluster('a×4 b×4', ['r1', 'r2'])
  assert.equal(dealt(range, on, { c1: member('a b', { rackId: 'r2' }), c2: member('a b', { rackId: 'r1' }) }), 'a1 a3 b1 b3 · a0 a2 b0 b2')
})

test('topics that nobody knows are left out, and members may get nothing', () => {
  for (const assignor of [range, roundRobin, sticky(), cooperativeSticky(), kafkajsRoundRobin]) {
    assert.equal(dealt(assignor, cluster('a×1'), { c1: member('x'), c2: member('x') }), ' · ', assignor.name)
    assert.equal(dealt(assignor, cluster('a×1'), { c1: member('a x'), c2: member('a x') }), 'a0 · ', assignor.name)
  }
})

test('as kafkajs does: members by id, partitions in a circle', () => {
  assert.equal(kafkajsRoundRobin.name, 'RoundRobinAssigner')
  assert.equal(dealt(kafkajsRoundRobin, cluster('b×3 a×2'), { c2: member('b a'), c1: member('b a') }), 'a0 b1 · a1 b0 b2')
})
