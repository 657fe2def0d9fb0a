import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_UUID } from '@odradek/common/bytes'
import { MemoryDisk } from '@odradek/common/disk'
import { SeededRandom } from '@odradek/common/random'
import { KafkaError } from '@odradek/protocol'
import * as fc from 'fast-check'
import type { NewTopic } from './controller/create-topics.ts'
import type { ControllerSettings } from './controller/settings.ts'
import { registrationOf, testRules } from './controller/test-cluster.ts'
import { keys } from './image/keys.ts'
import { MetadataService } from './metadata-service.ts'
import type { MetadataServiceOptions } from './metadata-service.ts'
import type { Change, MetadataStore } from './store.ts'
import { FileStore } from './stores/file.ts'
import { MemoryStore } from './stores/memory.ts'

const settings: ControllerSettings = {
  nodeId: 1,
  numPartitions: 1,
  defaultReplicationFactor: 1,
  maxPartitionsPerBroker: 10_000,
  deleteTopicEnable: true,
  supportedFeatures: new Map([['metadata.version', { min: 7, max: 30 }]]),
}

async function open(store: MetadataStore, cluster: Partial<MetadataServiceOptions['cluster']> = {}): Promise<MetadataService> {
  const features = new Map([['metadata.version', 29]])
  const random = new SeededRandom('service')
  return MetadataService.open({ store, random, settings: () => settings, rules: testRules, cluster: { features, ...cluster } })
}

async function withBroker(store: MetadataStore): Promise<MetadataService> {
  const service = await open(store)
  await service.registerBroker({ registration: registrationOf(1), lastShutdown: 'clean', fenced: false })
  return service
}

const topic = (name: string, numPartitions = 1): NewTopic => ({ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] })
const create = (service: MetadataService, ...topics: readonly NewTopic[]): ReturnType<MetadataService['createTopics']> =>
  service.createTopics({ topics, validateOnly: false })
const names = (service: MetadataService): readonly string[] => service.image.topics.all().map(({ name }) => name)

/** A memory store that lets a test come between a decision and its commit. */
class Contested extends MemoryStore {
  rivals: (readonly Change[])[] = []
  commits = 0

  override async commit(...args: Parameters<MemoryStore['commit']>): Promise<number> {
    const rival = this.rivals.shift()
    if (rival !== undefined) await super.commit(rival)
    this.commits++
    return super.commit(...args)
  }
}

test('a new cluster gets an id and its features, and keeps them over restarts', async () => {
  const disk = new MemoryDisk()
  const first = await open(await FileStore.open({ disk, directory: '/d' }))
  const { clusterId } = first.image
  assert.match(clusterId, /^[A-Za-z0-9_-]{22}$/)
  await first[Symbol.asyncDispose]()
  await using second = await open(await FileStore.open({ disk, directory: '/d' }), { features: new Map([['metadata.version', 8]]) })
  assert.equal(second.image.clusterId, clusterId)
  assert.deepEqual(Array.from(second.image.finalizedFeatures), [['metadata.version', 29]])
})

test('metadata of another cluster, or of a newer program, is refused with a sentence', async () => {
  const store = new MemoryStore()
  await open(store, { clusterId: 'the-one' })
  await assert.rejects(
    open(store, { clusterId: 'the-other' }),
    /belongs to cluster the-one, and the log directories belong to cluster the-other/,
  )
  const newer = new MemoryStore()
  await newer.commit([{ key: keys.cluster, value: { clusterId: 'x', format: 99 } }])
  await assert.rejects(open(newer), /format 99 .* start the newer Odradek/)
})

test('whoever made a topic finds it in the image, and listeners knew of it before', async () => {
  await using service = await withBroker(new MemoryStore())
  const events: string[] = []
  const end = service.onImage((image, delta) =>
    events.push(...delta.topics.map(({ after }) => `${after?.name} at ${image.revision === delta.revision}`)),
  )
  await create(service, topic('t')).then(() => events.push(`answered, ${names(service).join()} is there`))
  assert.deepEqual(events, ['t at true', 'answered, t is there'])
  end()
  await create(service, topic('u'))
  assert.equal(events.length, 2)
})

test('requests that come together are decided one after another, and written together', async () => {
  const store = new Contested()
  await using service = await withBroker(store)
  const before = store.commits
  const [one, same, other, grown, gone] = await Promise.all([
    create(service, topic('a', 2)),
    create(service, topic('a', 3)),
    create(service, topic('b')),
    service.createPartitions({ topics: [{ name: 'a', count: 5, assignments: null }], validateOnly: false }),
    service.deleteTopics([{ name: 'b', topicId: ZERO_UUID }]),
  ])
  assert.deepEqual(
    [one, same, other, grown, gone].map((answer) => answer[0]?.error),
    ['NONE', 'TOPIC_ALREADY_EXISTS', 'NONE', 'NONE', 'NONE'],
  )
  assert.deepEqual([names(service), service.image.topics.byName('a')?.partitions.length], [['a'], 5])
  assert.equal(store.commits, before + 1)
})

test('a topic can be deleted and made anew by requests that come together', async () => {
  await using service = await withBroker(new MemoryStore())
  const [first] = await create(service, topic('t', 3))
  await Promise.all([service.deleteTopics([{ name: 't', topicId: ZERO_UUID }]), create(service, topic('t'))])
  const now = service.image.topics.byName('t')
  assert.notEqual(now?.id, first?.created?.topicId)
  assert.equal(now?.partitions.length, 1)
  await service.deleteTopics([{ name: 't', topicId: ZERO_UUID }])
  assert.deepEqual(names(service), [])
})

test('when somebody else was faster, the decision is made anew on what they left', async () => {
  const store = new Contested()
  await using service = await withBroker(store)
  store.rivals = [
    [
      { key: keys.topicName('t'), value: 'rival' },
      { key: keys.partition('rival', 0), value: { replicas: [1], isr: [1], leader: 1, leaderEpoch: 0, partitionEpoch: 0 } },
      { key: keys.topic('rival'), value: { name: 't', partitions: 1 } },
    ],
  ]
  assert.equal((await create(service, topic('t')))[0]?.error, 'TOPIC_ALREADY_EXISTS')
  assert.equal(service.image.topics.byName('t')?.id, 'rival')
  store.rivals = [[{ key: keys.nextProducerId, value: 5000 }], [{ key: keys.nextProducerId, value: 9000 }]]
  assert.deepEqual(await service.allocateProducerIds(), { first: 9000, count: 1000 })
})

test('producer ids are handed out once, however many ask at the same time', async () => {
  await using service = await withBroker(new MemoryStore())
  const blocks = await Promise.all(Array.from({ length: 10 }, () => service.allocateProducerIds()))
  assert.deepEqual(
    blocks.map(({ first }) => first),
    [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000],
  )
})

test('a store that cannot write is a storage error to clients, and the image stays as it was', async () => {
  const store = new MemoryStore()
  const service = await withBroker(store)
  await store[Symbol.asyncDispose]()
  await assert.rejects(create(service, topic('t')), (error) => error instanceof KafkaError && error.code === 'KAFKA_STORAGE_ERROR')
  assert.deepEqual(names(service), [])
})

test('a service that fell behind its store reads everything anew, and says what changed', async () => {
  const store = new MemoryStore({ keptCommits: 2 })
  await using service = await withBroker(store)
  const seen: (string | undefined)[] = []
  service.onImage((_image, delta) => seen.push(...delta.topics.map(({ after }) => after?.name)))
  // All in one turn, so that the follower sees the first of them only when the last is done.
  const commits = Array.from({ length: 12 }, (_, i) => [
    { key: keys.partition(`id-${i}`, 0), value: { replicas: [1], isr: [1], leader: 1, leaderEpoch: 0, partitionEpoch: 0 } },
    { key: keys.topic(`id-${i}`), value: { name: `t-${i}`, partitions: 1 } },
  ])
  const revisions = await Promise.all(commits.map((changes) => store.commit(changes)))
  await service.reached(revisions.at(-1) ?? 0)
  assert.equal(service.image.topics.size, 12)
  assert.deepEqual(new Set(seen), new Set(commits.map((_, i) => `t-${i}`)))
})

test('a broker is registered once at a time, and has a larger epoch after each restart', async () => {
  const disk = new MemoryDisk()
  const epochs: number[] = []
  for (let start = 0; start < 3; start++) {
    const service = await open(await FileStore.open({ disk, directory: '/d' }))
    epochs.push(await service.registerBroker({ registration: registrationOf(1), lastShutdown: 'clean', fenced: true }))
    await assert.rejects(service.registerBroker({ registration: registrationOf(1), lastShutdown: 'clean', fenced: true }), {
      code: 'DUPLICATE_BROKER_REGISTRATION',
    })
    await service.unfenceBroker(1)
    assert.equal(service.image.brokers.isActive(1), true)
    await service[Symbol.asyncDispose]()
  }
  assert.deepEqual(
    epochs,
    epochs.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(epochs).size, 3)
})

test('after any sequence of requests, some of them together, and restarts, the cluster is what a plain list would hold', async () => {
  const name = fc.constantFrom('a', 'b.c', 'b_c', 'd')
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('create'), name, count: fc.integer({ min: 0, max: 3 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), name, count: fc.constant(0) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('grow'), name, count: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('config'), name, count: fc.integer({ min: 0, max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart'), name, count: fc.constant(0) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), async (rounds) => {
      const disk = new MemoryDisk()
      const start = async (): Promise<MetadataService> =>
        withBroker(await FileStore.open({ disk, directory: '/d', compactAfterBytes: 3000 }))
      let service = await start()
      const model = new Map<string, { partitions: number; config: string | undefined }>()
      for (const round of rounds) {
        const outcomes = await Promise.all(round.map((each) => perform(service, each)))
        for (const [index, { kind, name: topicName, count }] of round.entries()) {
          assert.equal(outcomes[index], modelled(model, kind, topicName, count), `${kind} ${topicName} ${count}`)
        }
        if (round.some(({ kind }) => kind === 'restart')) {
          await service[Symbol.asyncDispose]()
          service = await start()
        }
        const actual = service.image.topics
          .all()
          .map((each) => [each.name, each.partitions.length, service.image.configs.of('topic', each.name).get('retention.ms')])
        const expected = Array.from(model, ([topicName, { partitions, config }]) => [topicName, partitions, config])
        assert.deepEqual(
          actual,
          expected.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
        )
        assert.equal(service.image.topics.replicaCount(1), service.image.topics.partitionCount)
      }
      await service[Symbol.asyncDispose]()
    }),
    { numRuns: 60 },
  )
})

async function perform(
  service: MetadataService,
  { kind, name, count }: { readonly kind: string; readonly name: string; readonly count: number },
): Promise<string> {
  if (kind === 'create') return (await create(service, topic(name, count)))[0]?.error ?? ''
  if (kind === 'delete') return (await service.deleteTopics([{ name, topicId: ZERO_UUID }]))[0]?.error ?? ''
  if (kind === 'grow')
    return (await service.createPartitions({ topics: [{ name, count, assignments: null }], validateOnly: false }))[0]?.error ?? ''
  if (kind === 'restart') return 'NONE'
  const change = count === 0 ? ({ operation: 'delete', value: null } as const) : ({ operation: 'set', value: String(count) } as const)
  const alteration = { resource: { type: 'topic', name }, configs: [{ name: 'retention.ms', ...change }] } as const
  return (await service.incrementalAlterConfigs([alteration], false))[0]?.error ?? ''
}

function modelled(
  model: Map<string, { partitions: number; config: string | undefined }>,
  kind: string,
  name: string,
  count: number,
): string {
  const topicModel = model.get(name)
  if (kind === 'restart') return 'NONE'
  if (kind === 'create') {
    if (topicModel !== undefined) return 'TOPIC_ALREADY_EXISTS'
    if (name !== 'a' && name !== 'd' && model.has(name === 'b.c' ? 'b_c' : 'b.c')) return 'INVALID_TOPIC_EXCEPTION'
    if (count === 0) return 'INVALID_PARTITIONS'
    model.set(name, { partitions: count, config: undefined })
    return 'NONE'
  }
  if (topicModel === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
  if (kind === 'delete') model.delete(name)
  else if (kind === 'config') topicModel.config = count === 0 ? undefined : String(count)
  else if (count <= topicModel.partitions) return 'INVALID_PARTITIONS'
  else topicModel.partitions = count
  return 'NONE'
}
