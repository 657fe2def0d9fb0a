import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import type { SaslMechanism } from '@odradek/network/sasl'
import { ApiVersions, Heartbeat, Metadata, SaslAuthenticate, SaslHandshake } from '@odradek/protocol/messages'
import { FakeNetwork } from './fake-network.ts'
import type { FakeBroker, Got } from './fake-network.ts'

const beat = { groupId: 'g', generationId: 1, memberId: 'm' }

/** Two tokens there, two back. */
const mechanism: SaslMechanism = {
  name: 'TWO-STEP',
  begin: () => ({
    first: () => Buffer.from('one'),
    next: (answer) => {
      if (answer.toString() === 'wrong') throw new Error('the broker is not who it says')
      return answer.length === 0 ? undefined : Buffer.from('two')
    },
  }),
}

function withSasl(broker: FakeBroker, lifetimeMs = 0): void {
  broker.on(SaslHandshake, () => ({ errorCode: 0, mechanisms: ['TWO-STEP'] }))
  broker.on(SaslAuthenticate, ({ body }) => {
    const token = 'authBytes' in body ? String(body.authBytes) : ''
    return { errorCode: 0, authBytes: Buffer.from(token === 'one' ? 'more' : ''), sessionLifetimeMs: token === 'one' ? 0 : lifetimeMs }
  })
}

const names = (got: readonly Got[]): readonly string[] => got.map(({ api }) => api.name)

test('a connection asks for versions, authenticates, and only then carries calls', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  withSasl(broker)
  const cluster = network.cluster(['b1'], {}, { sasl: mechanism })
  await network.until(cluster.refresh())
  assert.deepEqual(names(broker.got), ['ApiVersions', 'SaslHandshake', 'SaslAuthenticate', 'SaslAuthenticate', 'Metadata'])
  assert.equal(broker.got[1]?.version, 1)
  assert.deepEqual(broker.got[0]?.body, { clientSoftwareName: 'odradek', clientSoftwareVersion: '0.1.0' })
  await cluster[Symbol.asyncDispose]()
})

test('re-authentication corrupts no pipelined answers: sessions of 2 s under load', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  withSasl(broker, 2000)
  // Answers come 3 to 40 ms later, in the order of the requests, as from a broker that is busy.
  const waiting: { readonly got: Got; readonly answer: Parameters<Got['pipe']['answer']>[1] }[] = []
  const later = (answer: (got: Got) => (typeof waiting)[number]['answer']) => (got: Got) => {
    waiting.push({ got, answer: answer(got) })
    network.time.after(3 + ((7 * waiting.length) % 37), () => {
      const next = waiting.shift()
      next?.got.pipe.answer(next.got, next.answer)
    })
    return undefined
  }
  broker.on(
    Heartbeat,
    later(({ body }) => ({ errorCode: 'generationId' in body ? Number(body.generationId) : -1 })),
  )
  broker.on(
    SaslHandshake,
    later(() => ({ errorCode: 0, mechanisms: [] })),
  )
  broker.on(
    SaslAuthenticate,
    later(({ body }) => ({
      errorCode: 0,
      authBytes: Buffer.from('authBytes' in body && String(body.authBytes) === 'one' ? 'more' : ''),
      sessionLifetimeMs: 2000,
    })),
  )
  const cluster = network.cluster(['b1'], {}, { sasl: mechanism })
  await network.until(cluster.refresh())
  const before = broker.got.length
  const callers = Array.from({ length: 8 }, async (_, caller) => {
    for (let round = 0; round < 200; round++) {
      const generationId = (caller * 1000 + round) % 30_000
      const { errorCode } = await cluster.call(1, Heartbeat, { ...beat, generationId })
      assert.equal(errorCode, generationId)
    }
  })
  await network.until(Promise.all(callers))
  const sent = broker.got.slice(before)
  const handshakes = sent.flatMap(({ api }, index) => (api.key === SaslHandshake.key ? [index] : []))
  assert(handshakes.length >= 2, `${handshakes.length} renewals`)
  for (const at of handshakes) {
    assert.deepEqual(names(sent.slice(at, at + 3)), ['SaslHandshake', 'SaslAuthenticate', 'SaslAuthenticate'], 'nothing between')
  }
  assert.equal(broker.pipes.length, 1, 'on the one connection')
  await cluster[Symbol.asyncDispose]()
})

test('an idle session is not renewed before somebody calls, and then it is first', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  withSasl(broker, 60_000)
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  const cluster = network.cluster(['b1'], {}, { sasl: mechanism })
  await network.until(cluster.refresh())
  await network.time.advance(120_000)
  assert.equal(broker.count(SaslHandshake), 1)
  await network.until(cluster.call(1, Heartbeat, beat))
  assert.deepEqual(names(broker.got.slice(-4)), ['SaslHandshake', 'SaslAuthenticate', 'SaslAuthenticate', 'Heartbeat'])
  await cluster[Symbol.asyncDispose]()
})

test('a renewal that is refused closes the connection, and who waited is told why', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  withSasl(broker, 60_000)
  const cluster = network.cluster(['b1'], {}, { sasl: mechanism })
  await network.until(cluster.refresh())
  await network.time.advance(120_000)
  broker.on(SaslAuthenticate, () => ({ errorCode: 58, errorMessage: 'the user is gone', authBytes: Buffer.alloc(0) }))
  await assert.rejects(network.until(cluster.call(1, Heartbeat, beat)), { code: 'SASL_AUTHENTICATION_FAILED', message: /the user is gone/ })
  assert.equal(broker.pipes[0]?.isOpen, false)
  await cluster[Symbol.asyncDispose]()
})

test('wrong credentials fail at once, wherever somebody waits, and are not tried for ever', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  withSasl(broker)
  broker.on(SaslAuthenticate, () => ({ errorCode: 58, errorMessage: 'no such user', authBytes: Buffer.alloc(0) }))
  const cluster = network.cluster(['b1'], {}, { sasl: mechanism })
  const refused = { code: 'SASL_AUTHENTICATION_FAILED', fatal: true, message: /TWO-STEP at broker b1:9092: no such user/ }
  const asks: readonly (() => Promise<unknown>)[] = [
    () => cluster.topic('t'),
    () => cluster.anyBroker(),
    () => cluster.refresh(),
    () => cluster.controller(),
    () => cluster.coordinator('group', 'g'),
  ]
  for (const ask of asks) {
    const asked = network.time.monotonic()
    await assert.rejects(network.until(ask()), refused)
    assert(network.time.monotonic() - asked < 3000)
  }
  const tried = broker.count(SaslHandshake)
  await network.time.advance(60_000)
  assert.equal(broker.count(SaslHandshake), tried)
  assert(network.logged.some((line) => line.includes('no such user')))
  await cluster[Symbol.asyncDispose]()
})

test('a mechanism that the broker lacks names those it has; a broker that can’t prove itself is refused', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  broker.on(SaslHandshake, () => ({ errorCode: 33, mechanisms: ['PLAIN', 'SCRAM-SHA-512'] }))
  const cluster = network.cluster(['b1'], {}, { sasl: mechanism })
  await assert.rejects(network.until(cluster.refresh()), {
    code: 'UNSUPPORTED_SASL_MECHANISM',
    message: /does not take TWO-STEP, but PLAIN, SCRAM-SHA-512/,
  })
  withSasl(broker)
  broker.on(SaslAuthenticate, () => ({ errorCode: 0, authBytes: Buffer.from('wrong') }))
  await network.time.advance(1000)
  await assert.rejects(network.until(cluster.refresh()), { code: 'SASL_AUTHENTICATION_FAILED', message: /not who it says/ })
  await cluster[Symbol.asyncDispose]()
})

test('credentials that can’t be had are an error that says so', async () => {
  const network = new FakeNetwork()
  withSasl(network.add(1))
  const sasl = { name: 'OAUTHBEARER', begin: () => Promise.reject(new Error('the token endpoint is away')) }
  const cluster = network.cluster(['b1'], {}, { sasl })
  await assert.rejects(network.until(cluster.refresh({ timeoutMs: 2000 })), {
    code: 'REQUEST_TIMED_OUT',
    message: /the token endpoint is away/,
  })
  await cluster[Symbol.asyncDispose]()
})

test('setting up has a time as a whole, to the end of the authentication', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  withSasl(broker)
  broker.on(SaslAuthenticate, () => undefined)
  const cluster = network.cluster(['b1'], {}, { sasl: mechanism })
  const connecting = cluster.connect(-1)
  connecting.catch(() => undefined)
  await network.time.advance(12_001)
  await assert.rejects(connecting, { code: 'NETWORK_EXCEPTION', message: /within \d+ ms/, hint: /socket\.connection\.setup\.timeout\.ms/ })
  assert.equal(broker.pipes[0]?.isOpen, false)
  await cluster[Symbol.asyncDispose]()
  await network.time.runTurn()
  assert.equal(network.time.pendingTimers, 0)
})

test('versions come before everything, on every connection', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  const cluster = network.cluster(['b1'])
  await network.until(cluster.refresh())
  await network.until(cluster.call(1, Heartbeat, beat, { lane: 'coordinator' }))
  assert.deepEqual(
    broker.pipes.map((pipe) => broker.got.find((got) => got.pipe === pipe)?.api.name),
    [ApiVersions.name, ApiVersions.name],
  )
  assert.equal(broker.count(Metadata), 1)
  await cluster[Symbol.asyncDispose]()
})
