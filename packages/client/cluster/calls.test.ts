import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { ApiVersions, FindCoordinator, Heartbeat, JoinGroup, ListGroups, Metadata, Produce } from '@odradek/protocol/messages'
import { FakeNetwork } from './fake-network.ts'
import type { FakeBroker, Got } from './fake-network.ts'
import type { ConnectedCluster } from './connected-cluster.ts'

/** The outcome of a promise as text, without waiting. */
function watch(promise: Promise<unknown>): { outcome: string; error: unknown } {
  const seen: { outcome: string; error: unknown } = { outcome: 'waits', error: undefined }
  promise.then(
    () => (seen.outcome = 'answered'),
    (error: unknown) => {
      seen.error = error
      seen.outcome = error instanceof KafkaError ? error.code : String(error)
    },
  )
  return seen
}

async function connected(settings = {}): Promise<{ network: FakeNetwork; broker: FakeBroker; cluster: ConnectedCluster }> {
  const network = new FakeNetwork()
  const broker = network.add(1)
  const cluster = network.cluster(['b1'], settings)
  await cluster.refresh()
  return { network, broker, cluster }
}

const beat = { groupId: 'g', generationId: 1, memberId: 'm' }

test('calls of one turn leave in one write, in their order', async () => {
  const { network, broker, cluster } = await connected()
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  const pipe = broker.pipes[0]
  const before = pipe?.writes.length ?? 0
  const answers = Array.from({ length: 20 }, (_, generationId) => cluster.call(1, Heartbeat, { ...beat, generationId }))
  await network.time.runTurn()
  assert.equal((pipe?.writes.length ?? 0) - before, 1)
  await Promise.all(answers)
  assert.deepEqual(
    broker.got.slice(-20).map(({ body }) => 'generationId' in body && body.generationId),
    Array.from({ length: 20 }, (_, index) => index),
  )
  await cluster[Symbol.asyncDispose]()
  assert.equal(network.time.pendingTimers, 0)
})

test('record batches go to the socket without a copy', async () => {
  const { network, broker, cluster } = await connected()
  const records = Buffer.alloc(5000, 1)
  const sent = cluster.call(
    1,
    Produce,
    {
      transactionalId: null,
      acks: 1,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: [{ index: 0, records }] }],
    },
    { maxVersion: 12 },
  )
  sent.catch(() => undefined)
  await network.time.runTurn()
  assert(broker.pipes[0]?.writes.at(-1)?.includes(records))
  await cluster[Symbol.asyncDispose]()
})

test('a request that is not answered in time fails, those behind it too, and the connection is closed', async () => {
  const { network, broker, cluster } = await connected()
  broker.on(Heartbeat, () => undefined)
  const first = watch(cluster.call(1, Heartbeat, beat))
  await network.time.advance(10_000)
  const second = watch(cluster.call(1, Heartbeat, beat))
  await network.time.advance(19_999)
  assert.deepEqual([first.outcome, second.outcome], ['waits', 'waits'])
  await network.time.advance(2)
  assert.deepEqual([first.outcome, second.outcome], ['REQUEST_TIMED_OUT', 'NETWORK_EXCEPTION'])
  assert.equal(broker.pipes[0]?.isOpen, false)
  assert.equal(cluster.isReady(1), false)
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  const third = watch(cluster.call(1, Heartbeat, beat))
  await network.time.advance(100)
  assert.equal(third.outcome, 'answered', 'on a new connection')
  await cluster[Symbol.asyncDispose]()
  assert.equal(network.time.pendingTimers, 0)
})

test('a call with more time than request.timeout.ms has it, and one with less costs others nothing', async () => {
  const { network, broker, cluster } = await connected()
  const held: Got[] = []
  broker.on(JoinGroup, (got) => void held.push(got))
  broker.on(Heartbeat, (got) => void held.push(got))
  const join = watch(
    cluster.call(
      1,
      JoinGroup,
      {
        groupId: 'g',
        sessionTimeoutMs: 1,
        rebalanceTimeoutMs: 1,
        memberId: '',
        groupInstanceId: null,
        protocolType: 'c',
        protocols: [],
        reason: null,
      },
      { timeoutMs: 305_000 },
    ),
  )
  await network.time.advance(280_000)
  const hasty = watch(cluster.call(1, Heartbeat, beat, { timeoutMs: 1000 }))
  await network.time.advance(1000)
  assert.deepEqual([join.outcome, hasty.outcome], ['waits', 'REQUEST_TIMED_OUT'])
  for (const got of held)
    got.pipe.answer(
      got,
      got.api === JoinGroup
        ? { errorCode: 0, generationId: 1, protocolName: 'p', leader: '', memberId: 'm', members: [] }
        : { errorCode: 0 },
    )
  await network.time.runTurn()
  assert.equal(join.outcome, 'answered')
  assert(cluster.isReady(1))
  await cluster[Symbol.asyncDispose]()
})

test('whoever aborts waits no longer, and the answer that comes later is nobody’s', async () => {
  const { network, broker, cluster } = await connected()
  const held: Got[] = []
  broker.on(Heartbeat, (got) => void held.push(got))
  const stop = new AbortController()
  const aborted = watch(cluster.call(1, Heartbeat, beat, { signal: stop.signal }))
  const other = watch(cluster.call(1, Heartbeat, beat))
  await network.time.runTurn()
  stop.abort(new Error('enough'))
  await network.time.runTurn()
  assert.equal(aborted.outcome, 'Error: enough')
  for (const got of held) got.pipe.answer(got, { errorCode: 0 })
  await network.time.runTurn()
  assert.equal(other.outcome, 'answered')
  await assert.rejects(cluster.call(1, Heartbeat, beat, { signal: AbortSignal.abort(new Error('before')) }), /before/)
  assert.equal(broker.count(Heartbeat), 2, 'an aborted call is not sent')
  await cluster[Symbol.asyncDispose]()
})

test('a broker that throttles gets nothing for so long (KIP-219)', async () => {
  const { network, broker, cluster } = await connected()
  broker.on(Heartbeat, () => ({ errorCode: 0, throttleTimeMs: broker.count(Heartbeat) === 1 ? 40_000 : 0 }))
  await cluster.call(1, Heartbeat, beat)
  assert.equal(cluster.isReady(1), false)
  const waiting = watch(cluster.call(1, Heartbeat, beat, { timeoutMs: 60_000 }))
  await network.time.advance(39_990)
  assert.equal(broker.count(Heartbeat), 1)
  await network.time.advance(20)
  assert.equal(broker.count(Heartbeat), 2)
  assert.equal(waiting.outcome, 'answered')
  await cluster[Symbol.asyncDispose]()
})

test('time under a throttle is not held against a call without a time of its own', async () => {
  const { network, broker, cluster } = await connected()
  broker.on(Heartbeat, () => ({ errorCode: 0, throttleTimeMs: broker.count(Heartbeat) === 1 ? 40_000 : 0 }))
  await cluster.call(1, Heartbeat, beat)
  const waiting = watch(cluster.call(1, Heartbeat, beat))
  await network.time.advance(40_010)
  assert.equal(waiting.outcome, 'answered')
  await cluster[Symbol.asyncDispose]()
})

test('an idle connection is closed after connections.max.idle.ms, and the next call opens another', async () => {
  const { network, broker, cluster } = await connected({ connectionsMaxIdleMs: 60_000, metadataMaxAgeMs: 10_000_000 })
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  await network.time.advance(50_000)
  await cluster.call(1, Heartbeat, beat)
  await network.time.advance(59_000)
  assert.equal(broker.pipes[0]?.isOpen, true)
  await network.time.advance(2_000)
  assert.equal(broker.pipes[0]?.isOpen, false)
  await cluster.call(1, Heartbeat, beat)
  assert.equal(broker.pipes.length, 2)
  await cluster[Symbol.asyncDispose]()
})

test('hostile answers: a correlation id out of order ends the connection and says so', async () => {
  const { network, broker, cluster } = await connected()
  broker.on(Heartbeat, (got) => {
    got.pipe.answer({ ...got, correlationId: got.correlationId + 1 }, { errorCode: 0 })
    return undefined
  })
  const call = watch(cluster.call(1, Heartbeat, beat))
  await network.time.runTurn()
  assert.equal(call.outcome, 'NETWORK_EXCEPTION')
  assert.match(String(call.error), /Broker 1 \(b1:9092\) sent an answer with correlation id \d+ when the one to Heartbeat \(\d+\) was due/)
  await cluster[Symbol.asyncDispose]()
})

test('hostile answers: one that nobody asked for ends the connection', async () => {
  const { network, broker, cluster } = await connected()
  broker.pipes[0]?.deliver(Buffer.from([0, 0, 0, 4, 0, 0, 0, 9]))
  await network.time.runTurn()
  assert.equal(broker.pipes[0]?.isOpen, false)
  await cluster[Symbol.asyncDispose]()
})

test('hostile answers: bytes that are no answer give an error that names the API', async () => {
  const { network, broker, cluster } = await connected()
  broker.on(ListGroups, (got) => {
    const id = Buffer.alloc(4)
    id.writeInt32BE(got.correlationId)
    got.pipe.deliver(Buffer.concat([Buffer.from([0, 0, 0, 10]), id, Buffer.from([0, 255, 255, 255, 255, 255])]))
    return undefined
  })
  const call = watch(cluster.call(1, ListGroups, {}))
  await network.time.runTurn()
  assert.equal(call.outcome, 'NETWORK_EXCEPTION')
  assert.match(String(call.error), /answer to ListGroups that can't be read/)
  await cluster[Symbol.asyncDispose]()
})

test('an encoding that fails leaves the connection as it was', async () => {
  const { network, broker, cluster } = await connected()
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  const before = watch(cluster.call(1, Heartbeat, beat))
  const wrong = watch(
    cluster.call(1, Heartbeat, () => {
      throw new Error('no such thing')
    }),
  )
  const after = watch(cluster.call(1, Heartbeat, beat))
  await network.time.runTurn()
  assert.deepEqual([before.outcome, wrong.outcome, after.outcome], ['answered', 'Error: no such thing', 'answered'])
  await cluster[Symbol.asyncDispose]()
})

test('the version of a call is the highest that both sides know, within its bounds', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  broker.ranges = broker.ranges
    .map((range) => (range.apiKey === Heartbeat.key ? { ...range, maxVersion: 2 } : range))
    .filter(({ apiKey }) => apiKey !== ListGroups.key)
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  const cluster = network.cluster(['b1'])
  await cluster.refresh()
  assert.equal(await cluster.versionFor(1, Heartbeat), 2)
  assert.equal(await cluster.versionFor(1, Heartbeat, { maxVersion: 1 }), 1)
  await assert.rejects(cluster.versionFor(1, Heartbeat, { minVersion: 3 }), {
    code: 'UNSUPPORTED_VERSION',
    message: 'Heartbeat: this call can be made in versions 3 to 4, broker 1 (b1:9092) knows 0 to 2.',
  })
  await assert.rejects(cluster.call(1, ListGroups, {}), {
    code: 'UNSUPPORTED_VERSION',
    message: 'Broker 1 (b1:9092) has no ListGroups requests.',
  })
  const seen: number[] = []
  await cluster.call(1, Heartbeat, (version) => {
    seen.push(version)
    return beat
  })
  assert.deepEqual(seen, [2])
  await cluster[Symbol.asyncDispose]()
})

test('old brokers are asked for their versions again as they can understand it', async () => {
  const askedIn = async (range: { readonly maxVersion: number } | undefined): Promise<readonly number[]> => {
    const network = new FakeNetwork()
    const broker = network.add(1)
    const oldest = range?.maxVersion ?? 0
    broker.on(ApiVersions, (got) => {
      if (got.version <= oldest) return { errorCode: 0, apiKeys: broker.ranges }
      got.pipe.answer(got, { errorCode: 35, apiKeys: range === undefined ? [] : [{ apiKey: 18, minVersion: 0, ...range }] }, 0)
      return undefined
    })
    const cluster = network.cluster(['b1'])
    assert.equal((await cluster.refresh()).brokers.size, 1)
    await cluster[Symbol.asyncDispose]()
    return broker.got.filter(({ api }) => api.key === ApiVersions.key).map(({ version }) => version)
  }
  assert.deepEqual(await askedIn(undefined), [4, 0])
  assert.deepEqual(await askedIn({ maxVersion: 3 }), [4, 3])
  assert.deepEqual(await askedIn({ maxVersion: 0 }), [4, 0])
  assert.deepEqual(await askedIn({ maxVersion: 4 }), [4])
})

test('acks=0: the call is over when the request has left', async () => {
  const { network, broker, cluster } = await connected()
  const sent = watch(cluster.call(1, Produce, { transactionalId: null, acks: 0, timeoutMs: 1000, topicData: [] }, { noAnswer: true }))
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  await network.time.runTurn()
  assert.equal(sent.outcome, 'answered')
  assert.equal(broker.count(Produce), 1)
  await cluster.call(1, Heartbeat, beat)
  await cluster[Symbol.asyncDispose]()
})

test('acks=0: a socket that takes nothing makes whoever sends wait, and is given up in time', async () => {
  const { network, broker, cluster } = await connected()
  const pipe = broker.pipes[0]
  assert(pipe !== undefined)
  const request = { transactionalId: null, acks: 0, timeoutMs: 1000, topicData: [] }
  pipe.unsentBytes = 1_000_000
  const sent = watch(cluster.call(1, Produce, request, { noAnswer: true }))
  await network.time.advance(1000)
  assert.equal(sent.outcome, 'waits')
  pipe.drain()
  await network.time.runTurn()
  assert.equal(sent.outcome, 'answered')
  pipe.unsentBytes = 1_000_000
  const stuck = watch(cluster.call(1, Produce, request, { noAnswer: true }))
  await network.time.advance(30_001)
  assert.equal(stuck.outcome, 'REQUEST_TIMED_OUT')
  assert.equal(pipe.isOpen, false)
  await cluster[Symbol.asyncDispose]()
})

test('what may take long has a lane of its own, so it holds nothing up', async () => {
  const { network, broker, cluster } = await connected()
  broker.on(Heartbeat, (got) => (got.pipe === broker.pipes[0] ? { errorCode: 0 } : undefined))
  const slow = watch(cluster.call(1, Heartbeat, beat, { lane: 'fetch' }))
  const quick = watch(cluster.call(1, Heartbeat, beat))
  await network.time.runTurn()
  assert.deepEqual([slow.outcome, quick.outcome], ['waits', 'answered'])
  assert.equal(broker.pipes.length, 2)
  assert.equal(cluster.isReady(1, 'fetch'), true)
  assert.equal(cluster.isReady(1, 'coordinator'), false)
  await cluster[Symbol.asyncDispose]()
  assert.equal(slow.outcome.includes('closed'), true, slow.outcome)
})

test('the process is kept alive exactly while a caller waits', async () => {
  const { network, broker, cluster } = await connected()
  assert.equal(network.holds, 0)
  const held: Got[] = []
  broker.on(Heartbeat, (got) => void held.push(got))
  const calls = [cluster.call(1, Heartbeat, beat), cluster.call(1, Heartbeat, beat)]
  assert.equal(network.holds, 1)
  await network.time.runTurn()
  for (const got of held) got.pipe.answer(got, { errorCode: 0 })
  await Promise.all(calls)
  assert.equal(network.holds, 0)
  cluster.requestRefresh()
  await network.time.advance(1000)
  assert.equal(network.holds, 0, 'nobody waits for a refresh in the background')
  const background = cluster.call(1, Heartbeat, beat, { background: true })
  background.catch(() => undefined)
  assert.equal(network.holds, 0)
  await cluster[Symbol.asyncDispose]()
})

test('after close every call is refused at once, and what was under way fails', async () => {
  const { network, broker, cluster } = await connected()
  broker.on(Heartbeat, () => undefined)
  const underWay = watch(cluster.call(1, Heartbeat, beat, { lane: 'coordinator' }))
  const waiting = watch(cluster.topic('nowhere'))
  broker.on(FindCoordinator, () => ({ coordinators: [{ key: 'g', errorCode: 15, nodeId: -1, host: '', port: -1 }] }))
  const sleeping = watch(cluster.coordinator('group', 'g'))
  await network.time.runTurn()
  await cluster[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
  await network.time.runTurn()
  for (const seen of [underWay, waiting, sleeping]) assert.match(seen.outcome, /client is closed/)
  const closed = { code: 'ODRADEK_CLOSED' }
  await assert.rejects(cluster.call(1, Heartbeat, beat), closed)
  await assert.rejects(cluster.refresh(), closed)
  await assert.rejects(cluster.topic('t'), closed)
  await assert.rejects(cluster.anyBroker(), closed)
  await assert.rejects(cluster.coordinator('group', 'g'), closed)
  await assert.rejects(cluster.versionFor(1, Heartbeat), closed)
  assert.equal(network.time.pendingTimers, 0)
  assert.equal(network.holds, 0)
})

test('coordinators are asked for in the form of the broker’s version, once for all who ask', async () => {
  for (const maxVersion of [0, 3, 6]) {
    const network = new FakeNetwork()
    const broker = network.add(1)
    broker.ranges = broker.ranges.map((range) => (range.apiKey === FindCoordinator.key ? { ...range, maxVersion } : range))
    let failures = 0
    broker.on(FindCoordinator, ({ version }) => {
      const found = { errorCode: failures++ === 0 ? 15 : 0, nodeId: 7, host: 'b7', port: 9092 }
      return version >= 4 ? { coordinators: [{ key: 'g', ...found }] } : found
    })
    const coordinator = network.add(7)
    const cluster = network.cluster(['b1'])
    await cluster.refresh()
    const asked = [cluster.coordinator('group', 'g'), cluster.coordinator('group', 'g')]
    await network.time.advance(200)
    assert.deepEqual(await Promise.all(asked), [7, 7])
    assert.equal(broker.count(FindCoordinator) + coordinator.count(FindCoordinator) >= 2, true)
    assert.equal(await cluster.coordinator('group', 'g'), 7)
    cluster.forgetCoordinator('group', 'g')
    await cluster[Symbol.asyncDispose]()
  }
})

test('finalized features are those of the newest answer', async () => {
  const network = new FakeNetwork()
  const [first, second] = [network.add(1), network.add(2)]
  const level = (maxVersionLevel: number) => [{ name: 'group.version', maxVersionLevel, minVersionLevel: 0 }]
  Object.assign(first, { features: level(1), featuresEpoch: 9 })
  Object.assign(second, { features: level(0), featuresEpoch: 8 })
  const cluster = network.cluster(['b1'])
  assert.equal(cluster.finalizedFeature('group.version'), 0)
  await cluster.connect(-1)
  assert.equal(cluster.finalizedFeature('group.version'), 1)
  await cluster.refresh()
  await cluster.connect(2)
  assert.equal(cluster.finalizedFeature('group.version'), 1)
  second.featuresEpoch = 10
  await cluster.connect(2, { lane: 'fetch' })
  assert.equal(cluster.finalizedFeature('group.version'), 0)
  await cluster[Symbol.asyncDispose]()
})

test('metadata asks nobody for topics when none are wanted', async () => {
  const { broker, cluster } = await connected()
  const last = broker.got.findLast(({ api }) => api.key === Metadata.key)
  assert.deepEqual(last?.body !== undefined && 'topics' in last.body && last.body.topics, [])
  await cluster[Symbol.asyncDispose]()
})
