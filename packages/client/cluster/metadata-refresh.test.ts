import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import { KafkaError } from '@odradek/protocol'
import { FindCoordinator, Heartbeat, Metadata } from '@odradek/protocol/messages'
import { ExponentialBackoff } from './exponential-backoff.ts'
import { FakeNetwork } from './fake-network.ts'
import type { FakeBroker, Got } from './fake-network.ts'

const beat = { groupId: 'g', generationId: 1, memberId: 'm' }

test('lagging metadata adopted: with every second refresh from a lagging broker, leaders only move forward', async () => {
  const network = new FakeNetwork()
  const [fresh, lagging] = [network.add(1), network.add(2)]
  const seen: number[] = []
  const cluster = network.cluster(['b1', 'b2'])
  cluster.track(new Set(['t']))
  cluster.observe(({ topics }) => seen.push(topics.get('t')?.partitions[0]?.leaderEpoch ?? -1))
  for (let epoch = 1; epoch <= 20; epoch++) {
    fresh.topics = { t: [{ leader: 1 + (epoch % 2), epoch }] }
    lagging.topics = { t: [{ leader: 1 + ((epoch - 1) % 2), epoch: epoch - 1 }] }
    // Whoever is asked: the busy one is not.
    const busy = epoch % 2 === 0 ? 1 : 2
    if (epoch > 1) await network.until(Promise.all([cluster.connect(1), cluster.connect(2)]))
    const load = cluster.call(busy, FindCoordinator, { key: 'x' }, {})
    load.catch(() => undefined)
    await network.time.advance(1000)
    const refreshed = cluster.refresh()
    await network.time.advance(2000)
    await refreshed
  }
  assert(fresh.count(Metadata) > 3 && lagging.count(Metadata) > 3, 'both were asked')
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
  assert.equal(seen.at(-1), 20)
  await cluster[Symbol.asyncDispose]()
})

test('rebootstrap: brokers that are gone for six minutes and come back at new addresses are found', async () => {
  const network = new FakeNetwork()
  const old = [network.add(1, 'old1'), network.add(2, 'old2')]
  network.names.set('bootstrap', ['old1'])
  const cluster = network.cluster(['bootstrap'])
  for (const broker of old) broker.topics = { t: [{ leader: 1, epoch: 5 }] }
  await network.until(cluster.topic('t'))
  for (const broker of old) broker.stop()
  network.names.set('bootstrap', ['nowhere'])
  await network.time.advance(360_000)
  assert.deepEqual(
    [...cluster.metadata.brokers.values()].map(({ host }) => host),
    ['bootstrap'],
  )
  const attempts = network.dialled.length
  assert(attempts < 1000, `${attempts} attempts in 360 s`)

  const next = network.add(1, 'new1')
  next.topics = { t: [{ leader: 1, epoch: 2 }] }
  network.names.set('bootstrap', ['new1'])
  await network.time.advance(3000)
  assert.deepEqual(
    [...cluster.metadata.brokers.values()].map(({ id, host }) => [id, host]),
    [[1, 'new1']],
  )
  assert.equal((await network.until(cluster.topic('t'))).partitions[0]?.leaderEpoch, 2)
  await cluster[Symbol.asyncDispose]()
  assert.equal(network.time.pendingTimers, 0)
})

test('rebootstrap loops: a bootstrap server that knows only dead brokers is asked with a back-off', async () => {
  const network = new FakeNetwork()
  const proxy = network.add(9, 'proxy')
  proxy.on(Metadata, () => ({ brokers: [{ nodeId: 1, host: 'dead', port: 9092 }], controllerId: 1, topics: [] }))
  const cluster = network.cluster(['proxy'])
  await network.until(cluster.refresh())
  for (let second = 0; second < 60; second++) {
    // Somebody always wants the broker that is dead.
    await assert.rejects(network.until(cluster.call(1, Heartbeat, beat)))
    await network.time.advance(1000)
  }
  const asked = proxy.count(Metadata)
  assert(asked > 5 && asked < 150, `${asked} questions in a minute`)
  await cluster[Symbol.asyncDispose]()
})

test('rebootstrap comes early: a short break of a cluster’s only broker begins nothing anew', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  const cluster = network.cluster(['b1'])
  await network.until(cluster.refresh())
  broker.pipes[0]?.break()
  await network.time.advance(1000)
  assert.deepEqual(network.logged, [])
  assert.deepEqual([...cluster.metadata.brokers.keys()], [1])
  await cluster[Symbol.asyncDispose]()
})

test('no metadata for metadata.recovery.rebootstrap.trigger.ms: the client begins again though brokers are connected (KIP-1102)', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  const cluster = network.cluster(['b1'], { connectionsMaxIdleMs: -1 })
  await network.until(cluster.refresh())
  broker.on(Metadata, () => undefined)
  // Idle time does not count: the first attempt after the last success begins it.
  await network.time.advance(299_000)
  assert(network.logged.length === 0)
  await network.time.advance(300_000)
  assert(!network.logged.some((line) => line.startsWith('Beginning again')))
  await network.time.advance(35_000)
  assert.match(network.logged.at(-1) ?? '', /Beginning again with bootstrap\.servers: no metadata came for too long/)
  await cluster[Symbol.asyncDispose]()
})

test('a cluster that asks for it is begun again with (KIP-1102), and metadata.recovery.strategy=none never is', async () => {
  for (const metadataRecoveryStrategy of ['rebootstrap', 'none'] as const) {
    const network = new FakeNetwork()
    const broker = network.add(1)
    let isAsked = false
    broker.on(Metadata, (got) => {
      const body = broker.metadata(
        { topics: [], allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false },
        got.version,
      )
      return isAsked ? { ...body, errorCode: 129 } : body
    })
    const cluster = network.cluster(['b1'], { metadataRecoveryStrategy })
    await network.until(cluster.refresh())
    isAsked = true
    cluster.requestRefresh()
    await network.time.advance(200)
    isAsked = false
    await network.time.advance(1000)
    assert.equal(
      network.logged.some((line) => line.includes('the cluster asks for it')),
      metadataRecoveryStrategy === 'rebootstrap',
    )
    assert.deepEqual([...cluster.metadata.brokers.keys()], [1])
    await cluster[Symbol.asyncDispose]()
  }
})

test('`localhost` refused: all addresses of a name are tried before there is a back-off', async () => {
  const network = new FakeNetwork()
  network.add(1, '127.0.0.1')
  network.names.set('localhost', ['::1', '127.0.0.1'])
  const cluster = network.cluster(['localhost'])
  await network.until(cluster.connect(-1))
  assert.deepEqual(network.dialled, ['::1', '127.0.0.1'])
  assert(network.time.monotonic() <= 10)
  await cluster[Symbol.asyncDispose]()
})

test('a broker whose packets are lost is given up in time, and the next address and broker are tried', async () => {
  const network = new FakeNetwork()
  network.add(1, 'lost').isReachable = false
  network.add(2, 'b2')
  const cluster = network.cluster(['lost', 'b2'])
  const refreshed = cluster.refresh()
  await network.time.advance(12_100)
  await refreshed
  assert(cluster.metadata.revision > 0)
  await cluster[Symbol.asyncDispose]()
})

test('a broker that can’t be reached is tried again after a back-off that doubles, ± 20 %', () => {
  const backoff = new ExponentialBackoff(50, 1000, new SeededRandom('backoff'))
  for (const [failures, exactMs] of [50, 100, 200, 400, 800, 1000, 1000].entries()) {
    const drawn = Array.from({ length: 100 }, () => backoff.afterMs(failures + 1))
    assert(
      drawn.every((ms) => ms >= 0.8 * exactMs && ms <= 1.2 * exactMs),
      drawn.join(' '),
    )
    assert(Math.max(...drawn) - Math.min(...drawn) > 0.2 * exactMs, 'not all at once')
  }
  assert(new ExponentialBackoff(2000, 1000, new SeededRandom('most')).afterMs(50) >= 1600, 'a first time above the most counts')
  assert.equal(new ExponentialBackoff(0, 0, new SeededRandom('none')).afterMs(2000), 0)
})

test('calls during a back-off wait for the one attempt after it, and all fail with its error', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  const cluster = network.cluster(['b1'])
  await network.until(cluster.refresh())
  broker.stop()
  await network.time.runTurn()
  const outcomes = Promise.allSettled([cluster.call(1, Heartbeat, beat), cluster.call(1, Heartbeat, beat)])
  await network.time.advance(200)
  for (const outcome of await outcomes) {
    assert(outcome.status === 'rejected' && outcome.reason instanceof KafkaError)
    assert.equal(outcome.reason.code, 'NETWORK_EXCEPTION')
  }
  await cluster[Symbol.asyncDispose]()
})

test('a topic that comes late is waited for; one that never comes is an error with its name and the reason', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  const cluster = network.cluster(['b1'])
  const late = cluster.topic('late')
  await network.time.advance(5000)
  broker.topics = { late: [{ leader: 1 }] }
  await network.time.advance(1500)
  assert.equal((await late).partitions.length, 1)
  const never = cluster.topic('never', { timeoutMs: 10_000 })
  never.catch(() => undefined)
  await network.time.advance(10_000)
  await assert.rejects(never, {
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
    message: /Not done within 10000 ms: waiting for metadata of topic never\./,
  })
  broker.on(Metadata, () => ({
    ...broker.metadata(
      { topics: [], allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false },
      12,
    ),
    topics: [{ errorCode: 29, name: 'secret', partitions: [] }],
  }))
  const secret = cluster.topic('secret')
  secret.catch(() => undefined)
  await network.time.advance(100)
  await assert.rejects(secret, { code: 'TOPIC_AUTHORIZATION_FAILED' })
  await cluster[Symbol.asyncDispose]()
})

test('a new topic is asked for at once and alone; with every refresh all that are tracked are', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  broker.topics = { a: [{ leader: 1 }], b: [{ leader: 1 }] }
  const cluster = network.cluster(['b1'])
  await network.until(cluster.topic('a'))
  cluster.alsoTrack('b')
  await network.time.runTurn()
  const asked = (): readonly string[][] => broker.got.filter(({ api }) => api.key === Metadata.key).map(({ body }) => topicsOf(body))
  assert.deepEqual(asked(), [['a'], ['b']])
  assert.deepEqual([...cluster.metadata.topics.keys()].toSorted(), ['a', 'b'])
  await network.time.advance(301_000)
  assert.deepEqual(asked().at(-1), ['a', 'b'])
  cluster.track(new Set(['b', 'a']))
  await network.time.runTurn()
  assert.equal(asked().length, 3, 'nothing new')
  cluster.track(new Set(['b']))
  await network.until(cluster.refresh())
  assert.deepEqual([...cluster.metadata.topics.keys()], ['b'])
  await cluster[Symbol.asyncDispose]()
})

// Found with a stopwatch: a producer tracked a topic, then waited for it, and so for a second question. Its first record came 100 ms later than it could.
test('a topic that is tracked and then waited for is asked for once, without a back-off', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  broker.topics = { a: [{ leader: 1 }] }
  const cluster = network.cluster(['b1'])
  cluster.alsoTrack('a')
  const topic = cluster.topic('a')
  await network.time.runTurn()
  const late = cluster.topic('a')
  await network.time.advance(50)
  assert.equal((await topic).partitions.length, 1)
  assert.equal((await late).partitions.length, 1)
  assert.equal(broker.count(Metadata), 1)
  await cluster[Symbol.asyncDispose]()
})

test('one question at a time: many who ask for metadata share an answer, but only one that was asked for after them', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  const held: Got[] = []
  broker.on(Metadata, (got) => void held.push(got))
  const cluster = network.cluster(['b1'])
  const refreshed: string[] = []
  const refresh = (name: string): void =>
    void cluster.refresh().then(
      () => refreshed.push(name),
      () => undefined,
    )
  refresh('first')
  await network.time.advance(10)
  refresh('second')
  refresh('third')
  await network.time.advance(500)
  assert.equal(held.length, 1)
  const answer = (got: Got | undefined): void =>
    got?.pipe.answer(
      got,
      broker.metadata(
        { topics: [], allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false },
        got.version,
      ),
    )
  answer(held[0])
  await network.time.advance(500)
  assert.deepEqual(refreshed, ['first'])
  answer(held[1])
  await network.time.advance(500)
  assert.deepEqual(refreshed, ['first', 'second', 'third'])
  assert.equal(held.length, 2)
  await cluster[Symbol.asyncDispose]()
})

test('a partition without a leader is asked for again until it has one', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  broker.topics = { t: [{ leader: -1, epoch: 3 }] }
  const cluster = network.cluster(['b1'])
  assert.equal((await network.until(cluster.topic('t'))).partitions[0]?.leader, -1)
  await network.time.advance(3000)
  const count = broker.count(Metadata)
  assert(count >= 4 && count <= 15, `${count} questions in 3 s`)
  broker.topics = { t: [{ leader: 1, epoch: 4 }] }
  await network.time.advance(1300)
  assert.equal(cluster.metadata.topics.get('t')?.partitions[0]?.leader, 1)
  const settled = broker.count(Metadata)
  await network.time.advance(10_000)
  assert.equal(broker.count(Metadata), settled)
  await cluster[Symbol.asyncDispose]()
})

test('endless metadata changes: a cluster that changes with every answer is asked no more often than the back-off allows', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  let epoch = 0
  broker.on(Metadata, ({ version }) => {
    broker.topics = { t: [{ leader: -1, epoch: ++epoch }] }
    return broker.metadata(
      {
        topics: [{ name: 't', topicId: '' }],
        allowAutoTopicCreation: false,
        includeClusterAuthorizedOperations: false,
        includeTopicAuthorizedOperations: false,
      },
      version,
    )
  })
  const cluster = network.cluster(['b1'])
  await network.until(cluster.topic('t'))
  await network.time.advance(60_000)
  assert(epoch < 90, `${epoch} questions in a minute`)
  await cluster[Symbol.asyncDispose]()
})

test('the bootstrap connection becomes the one of the broker that is found there', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  const cluster = network.cluster(['b1'])
  await network.until(cluster.refresh())
  await network.until(cluster.call(1, Heartbeat, beat))
  assert.equal(broker.pipes.length, 1)
  await cluster[Symbol.asyncDispose]()
})

test('a bootstrap connection to a name that is no broker’s is closed when the brokers are known', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  network.names.set('alias', ['b1'])
  const cluster = network.cluster(['alias'])
  await network.until(cluster.refresh())
  assert.equal(broker.pipes[0]?.isOpen, false)
  assert.equal(await network.until(cluster.anyBroker()), 1)
  await cluster[Symbol.asyncDispose]()
})

test('canonical names of bootstrap addresses are looked up where that is wanted', async () => {
  const network = new FakeNetwork()
  network.names.set('alias', ['10.0.0.1', '10.0.0.2'])
  network.add(1, 'canonical-10.0.0.2')
  const cluster = network.cluster(['alias'], { clientDnsLookup: 'resolve_canonical_bootstrap_servers_only' })
  const refreshed = cluster.refresh()
  await network.time.advance(500)
  await refreshed
  assert.deepEqual(
    [...cluster.metadata.brokers.values()].map(({ host }) => host),
    ['canonical-10.0.0.2'],
  )
  await cluster[Symbol.asyncDispose]()
})

test('the controller is looked up anew when it was forgotten', async () => {
  const network = new FakeNetwork()
  const [first, second] = [network.add(1), network.add(2)]
  const cluster = network.cluster(['b1'])
  let controllerId = 1
  for (const broker of [first, second] as readonly FakeBroker[]) {
    broker.on(Metadata, ({ version }) => ({
      ...broker.metadata(
        { topics: [], allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false },
        version,
      ),
      controllerId,
    }))
  }
  assert.equal(await network.until(cluster.controller()), 1)
  controllerId = 2
  assert.equal(await network.until(cluster.controller()), 1)
  cluster.forgetController()
  const found = cluster.controller()
  await network.time.advance(200)
  assert.equal(await found, 2)
  await cluster[Symbol.asyncDispose]()
})

test('the least loaded broker is asked', async () => {
  const network = new FakeNetwork()
  const brokers = [network.add(1), network.add(2), network.add(3)]
  for (const broker of brokers) broker.on(Heartbeat, () => undefined)
  const cluster = network.cluster(['b1'])
  await network.until(cluster.refresh())
  for (const id of [1, 2, 3]) await network.until(cluster.connect(id))
  for (const id of [1, 1, 2]) cluster.call(id, Heartbeat, beat).catch(() => undefined)
  assert.equal(await network.until(cluster.anyBroker()), 3)
  for (const _ of [1, 2]) cluster.call(3, Heartbeat, beat).catch(() => undefined)
  assert.equal(await network.until(cluster.anyBroker()), 2)
  await cluster[Symbol.asyncDispose]()
})

function topicsOf(body: object): string[] {
  return 'topics' in body && Array.isArray(body.topics) ? body.topics.map(({ name }: { readonly name: string }) => name) : []
}
