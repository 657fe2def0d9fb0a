import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Change, JsonValue } from '../store.ts'
import { Entries, writesOf } from '../stores/entries.ts'
import { encodeBroker } from './broker-image.ts'
import { ClusterImage, encodeFeatures, encodeIdentity } from './cluster-image.ts'
import { encodeConfig } from './configs-image.ts'
import { deltaBetween } from './delta-between.ts'
import { keys } from './keys.ts'
import { encodePartition, newPartition } from './partition-state.ts'
import { encodeTopic } from './topic-image.ts'

/** A store's entries, and the image that follows them commit by commit. */
class Followed {
  readonly entries = new Entries()
  image = ClusterImage.empty

  commit(...changes: readonly Change[]): ReturnType<ClusterImage['apply']> {
    const applied = this.image.apply(this.entries.apply(this.entries.revision + 1, writesOf(changes)))
    this.image = applied.image
    return applied
  }
}

const put = (key: string, value: JsonValue | undefined): Change => ({ key, value })
const topicKeys = (id: string, name: string, partitions: number, from = 0): readonly Change[] => [
  ...Array.from({ length: partitions - from }, (_, i) => partitionKey(id, from + i, 0)),
  put(keys.topicName(name), id),
  put(keys.topic(id), encodeTopic({ name, partitions })),
]
const partitionKey = (id: string, partition: number, leaderEpoch: number): Change =>
  put(keys.partition(id, partition), encodePartition({ ...newPartition(partition, [1, 2], [1]), leaderEpoch }))
const removed = (id: string, name: string, partitions: number): readonly Change[] => [
  put(keys.topic(id), undefined),
  put(keys.topicName(name), undefined),
  ...Array.from({ length: partitions }, (_, i) => put(keys.partition(id, i), undefined)),
]

test('a topic is found by name and by id, and all topics come sorted', () => {
  const cluster = new Followed()
  cluster.commit(...topicKeys('B', 'beta', 2), ...topicKeys('A', 'alpha', 1))
  cluster.commit(...topicKeys('C', '__consumer_offsets', 1))
  const { topics } = cluster.image
  assert.deepEqual(
    topics.all().map(({ name }) => name),
    ['__consumer_offsets', 'alpha', 'beta'],
  )
  assert.equal(topics.byName('beta')?.id, 'B')
  assert.equal(topics.byId('B')?.partitions.length, 2)
  assert.equal(topics.byName('gamma'), undefined)
  assert.deepEqual([topics.size, topics.partitionCount, topics.replicaCount(1), topics.replicaCount(3)], [3, 4, 4, 0])
  assert.deepEqual([topics.byName('alpha')?.internal, topics.byName('__consumer_offsets')?.internal], [false, true])
})

test('names that metrics could not tell apart collide', () => {
  const cluster = new Followed()
  cluster.commit(...topicKeys('A', 'a.b', 1))
  assert.equal(cluster.image.topics.collidingWith('a_b'), 'a.b')
  assert.equal(cluster.image.topics.collidingWith('ab'), undefined)
  cluster.commit(...removed('A', 'a.b', 1))
  assert.equal(cluster.image.topics.collidingWith('a_b'), undefined)
})

test('a topic whose keys come in several commits is there with its own key, and gone with it', () => {
  const cluster = new Followed()
  cluster.commit(partitionKey('A', 0, 0))
  assert.deepEqual(cluster.commit(partitionKey('A', 1, 0)).delta.topics, [])
  assert.equal(cluster.image.topics.size, 0)
  cluster.commit(...topicKeys('A', 'a', 2, 2))
  assert.equal(cluster.image.topics.byName('a')?.partitions.length, 2)
  cluster.commit(partitionKey('A', 2, 0))
  assert.equal(cluster.image.topics.byName('a')?.partitions.length, 2)
  cluster.commit(put(keys.topic('A'), encodeTopic({ name: 'a', partitions: 3 })))
  assert.equal(cluster.image.topics.byName('a')?.partitions.length, 3)
  cluster.commit(put(keys.topic('A'), undefined), put(keys.topicName('a'), undefined))
  assert.equal(cluster.image.topics.byName('a'), undefined)
  cluster.commit(put(keys.partition('A', 0), undefined), put(keys.partition('A', 1), undefined), put(keys.partition('A', 2), undefined))
  assert.equal(cluster.image.topics.size, 0)
})

test('a name can pass from a deleted topic to a new one in one commit', () => {
  const cluster = new Followed()
  cluster.commit(...topicKeys('A', 'a_a', 1))
  cluster.image.topics.all()
  const { delta } = cluster.commit(
    ...removed('A', 'a_a', 1).filter(({ key }) => key !== keys.topicName('a_a')),
    ...topicKeys('B', 'a_a', 2),
  )
  assert.equal(cluster.image.topics.byName('a_a')?.id, 'B')
  assert.deepEqual(
    cluster.image.topics.all().map(({ id }) => id),
    ['B'],
  )
  assert.deepEqual(
    delta.topics.map(({ before, after }) => [before?.id, after?.id]),
    [
      ['A', undefined],
      [undefined, 'B'],
    ],
  )
  assert.equal(cluster.image.topics.collidingWith('a.a'), 'a_a')
})

test('a delta names what a commit changed and nothing else', () => {
  const cluster = new Followed()
  cluster.commit(...topicKeys('A', 'a', 2), ...topicKeys('B', 'b', 1))
  const before = cluster.image
  const { delta } = cluster.commit(
    partitionKey('A', 1, 7),
    put(keys.config({ type: 'topic', name: 'b' }), encodeConfig(new Map([['retention.ms', '1']]))),
    put(keys.broker(3), broker()),
  )
  assert.deepEqual(
    delta.topics.map(({ after }) => after?.name),
    ['a'],
  )
  assert.equal(delta.topics[0]?.before?.partitions[0], delta.topics[0]?.after?.partitions[0])
  assert.equal(delta.topics[0]?.after?.partitions[1]?.leaderEpoch, 7)
  assert.deepEqual(delta.configs, [{ type: 'topic', name: 'b' }])
  assert.deepEqual([delta.brokers, delta.features, delta.revision], [[3], false, 2])
  assert.equal(before.topics.byName('b'), cluster.image.topics.byName('b'))
  assert.equal(before.topics.byName('a')?.partitions[1]?.leaderEpoch, 0)
})

test('a broker that lives has its registration for an epoch; one that is away is remembered as fenced', () => {
  const cluster = new Followed()
  const { image } = cluster.commit(put(keys.broker(3), broker()), put(keys.brokerMemory(3), broker()))
  assert.deepEqual([image.brokers.get(3)?.epoch, image.brokers.isActive(3), image.brokers.get(3)?.rack], [1, true, 'r'])
  cluster.commit(put(keys.broker(3), undefined))
  const away = cluster.image.brokers.get(3)
  assert.deepEqual([away?.registered, away?.fenced, away?.epoch, cluster.image.brokers.isActive(3)], [false, true, 1, false])
  cluster.commit(put(keys.broker(3), broker()))
  assert.equal(cluster.image.brokers.get(3)?.epoch, 3)
  assert.deepEqual(
    cluster.image.brokers.all().map(({ id }) => id),
    [3],
  )
})

test('settings of any resource are read, whatever its name', () => {
  const cluster = new Followed()
  const name = 'a/b ü'
  cluster.commit(put(keys.config({ type: 'group', name }), encodeConfig(new Map([['__proto__', 'x']]))))
  cluster.commit(put(keys.config({ type: 'broker', name: '' }), encodeConfig(new Map([['log.retention.ms', '5']]))))
  assert.deepEqual(Array.from(cluster.image.configs.of('group', name)), [['__proto__', 'x']])
  assert.equal(cluster.image.configs.of('broker', '').get('log.retention.ms'), '5')
  assert.equal(cluster.image.configs.of('topic', 'none').size, 0)
  assert.deepEqual(cluster.image.configs.names('group'), [name])
})

test('keys that newer versions may write are left alone', () => {
  const cluster = new Followed()
  cluster.commit(
    put('/acl/1', { x: 1 }),
    put('/config/tenant/x', {}),
    put('/intent/1', 1),
    put('odd', 1),
    put(keys.cluster, encodeIdentity({ clusterId: 'c', format: 1 })),
  )
  assert.equal(cluster.image.clusterId, 'c')
})

test('an image made from commits equals one read at once, and the difference of two is what the commits said', () => {
  fc.assert(
    fc.property(fc.array(anyCommit, { maxLength: 25 }), fc.nat(24), (commits, seenAt) => {
      const cluster = new Followed()
      let seen = cluster.image
      const touched = new Set<string>()
      for (const [index, commit] of commits.entries()) {
        const { delta } = cluster.commit(...resolve(cluster.image, commit))
        if (index > seenAt) for (const { before, after } of delta.topics) touched.add(after?.id ?? before?.id ?? '')
        if (index === seenAt) seen = cluster.image
        if (index % 3 === 0) cluster.image.topics.all()
      }
      const atOnce = ClusterImage.from(cluster.entries.snapshot())
      assert.deepEqual(describe(cluster.image), describe(atOnce))
      if (seenAt >= commits.length) return
      const between = deltaBetween(seen, atOnce).topics
      for (const { before, after } of between) assert.ok(touched.has(after?.id ?? before?.id ?? ''))
      const unchanged = atOnce.topics.all().filter(({ id }) => !between.some(({ after }) => after?.id === id))
      for (const topic of unchanged) assert.deepEqual(seen.topics.byId(topic.id), topic)
    }),
  )
})

type Intent =
  | { readonly kind: 'create'; readonly id: string; readonly partitions: number }
  | { readonly kind: 'delete' | 'lead'; readonly id: string }
  | { readonly kind: 'grow'; readonly id: string; readonly by: number }
  | { readonly kind: 'config'; readonly id: string; readonly value: string | undefined }
  | { readonly kind: 'broker'; readonly id: string; readonly alive: boolean }
  | { readonly kind: 'features' | 'producer-id'; readonly id: string; readonly level: number }

const id = fc.constantFrom('A', 'B', 'C', 'D')
const anyCommit = fc.oneof(
  fc.record({ kind: fc.constant('create'), id, partitions: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constantFrom('delete', 'lead'), id }),
  fc.record({ kind: fc.constant('grow'), id, by: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('config'), id, value: fc.option(fc.string(), { nil: undefined }) }),
  fc.record({ kind: fc.constant('broker'), id, alive: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('features', 'producer-id'), id, level: fc.nat(9) }),
) satisfies fc.Arbitrary<Intent>

function resolve(image: ClusterImage, intent: Intent): readonly Change[] {
  const topic = image.topics.byId(intent.id)
  const name = `topic.${intent.id}`
  switch (intent.kind) {
    case 'create':
      return topic === undefined ? topicKeys(intent.id, name, intent.partitions) : []
    case 'delete':
      return topic === undefined ? [] : removed(intent.id, name, topic.partitions.length)
    case 'lead':
      return topic === undefined ? [] : [partitionKey(intent.id, topic.partitions.length - 1, image.revision)]
    case 'grow':
      return topic === undefined ? [] : topicKeys(intent.id, name, topic.partitions.length + intent.by, topic.partitions.length)
    case 'config':
      return [put(keys.config({ type: 'topic', name }), intent.value === undefined ? undefined : { x: intent.value })]
    case 'broker': {
      const number = intent.id.charCodeAt(0)
      return [
        put(keys.broker(number), intent.alive ? broker() : undefined),
        ...(intent.alive ? [put(keys.brokerMemory(number), broker())] : []),
      ]
    }
    case 'features':
      return [put(keys.features, encodeFeatures(new Map([['x', intent.level]])))]
    default:
      return [put(keys.nextProducerId, intent.level)]
  }
}

function broker(): JsonValue {
  const endpoints = [{ listener: 'PLAINTEXT', host: 'h', port: 1, securityProtocol: 'PLAINTEXT' }]
  const features = new Map([['metadata.version', { min: 1, max: 30 }]])
  return encodeBroker({
    id: 0,
    incarnationId: 'i',
    endpoints,
    rack: 'r',
    features,
    directories: ['d'],
    fenced: false,
    inControlledShutdown: false,
  })
}

function describe(image: ClusterImage): unknown {
  const { revision, identity, brokers, topics, features, nextProducerId } = image
  return {
    revision,
    identity,
    features,
    nextProducerId,
    brokers: brokers.all(),
    topics: topics.all(),
    byName: topics.all().map(({ name }) => topics.byName(name)?.id),
    colliding: topics.all().map(({ name }) => topics.collidingWith(name)),
    counts: [topics.size, topics.partitionCount, topics.replicaCount(1), topics.replicaCount(2)],
    configs: image.configs.names('topic').map((name) => image.configs.get({ type: 'topic', name })),
  }
}
