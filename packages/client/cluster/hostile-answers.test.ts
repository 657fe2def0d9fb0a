import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import { ByteWriter } from '@odradek/common/bytes'
import { errorNames, KafkaError, writeResponseHeader } from '@odradek/protocol'
import { ApiVersions, FindCoordinator, Metadata } from '@odradek/protocol/messages'
import { FakeNetwork } from './fake-network.ts'
import type { FakeBroker, Got } from './fake-network.ts'

/** The bytes of a good answer, with its length. */
function goodAnswer(broker: FakeBroker, got: Got): Buffer {
  const writer = new ByteWriter()
  writer.gap(4)
  writeResponseHeader(writer, got.api, got.version, got.correlationId)
  if (got.api.key === ApiVersions.key) ApiVersions.encodeResponse(writer, { errorCode: 0, apiKeys: broker.ranges }, got.version)
  else
    Metadata.encodeResponse(
      writer,
      broker.metadata(
        {
          topics: [{ name: 't', topicId: '' }],
          allowAutoTopicCreation: false,
          includeClusterAuthorizedOperations: false,
          includeTopicAuthorizedOperations: false,
        },
        got.version,
      ),
      got.version,
    )
  writer.int32At(0, writer.size - 4)
  return Buffer.from(writer.finish())
}

function mutated(bytes: Buffer, random: SeededRandom): Buffer {
  const copy = Buffer.from(bytes)
  switch (random.nextInt(5)) {
    case 0:
      for (let flips = 1 + random.nextInt(4); flips > 0; flips--) copy[random.nextInt(copy.length)] = random.nextInt(256)
      return copy
    case 1:
      return copy.subarray(0, random.nextInt(copy.length))
    case 2:
      return Buffer.concat([copy, Buffer.from(random.bytes(random.nextInt(100)))])
    case 3:
      return Buffer.from(random.bytes(random.nextInt(200)))
    default:
      copy.writeInt32BE(random.nextInt(2 ** 32) - 2 ** 31, 4 * random.nextInt(3))
      return copy
  }
}

test('hostile answers: random and mutated frames give a typed error and no hang', async () => {
  const random = new SeededRandom('hostile answers')
  for (let seed = 0; seed < 300; seed++) {
    const network = new FakeNetwork(`hostile ${seed}`)
    const broker = network.add(1)
    broker.topics = { t: [{ leader: 1 }] }
    const isAtVersions = seed % 3 === 0
    const hostile = (got: Got): undefined => {
      got.pipe.deliver(mutated(goodAnswer(broker, got), random), 1 + random.nextInt(200))
      return undefined
    }
    if (isAtVersions) broker.on(ApiVersions, hostile)
    broker.on(Metadata, hostile)
    const cluster = network.cluster(['b1'], {
      requestTimeoutMs: 2000,
      socketConnectionSetupTimeoutMs: 2000,
      socketConnectionSetupTimeoutMaxMs: 2000,
    })
    let outcome: unknown = 'hangs'
    cluster.topic('t', { timeoutMs: 5000 }).then(
      (topic) => (outcome = topic),
      (error: unknown) => (outcome = error),
    )
    await network.time.advance(5001)
    // A mutation may hit a byte that nobody checks; then the answer is one.
    assert(
      outcome instanceof KafkaError || (typeof outcome === 'object' && outcome !== null && 'partitions' in outcome),
      `${seed}: ${String(outcome)}`,
    )
    await cluster[Symbol.asyncDispose]()
    await network.time.runTurn()
    assert.equal(network.time.pendingTimers, 0)
    assert.equal(network.holds, 0)
  }
})

test('hostile answers: a broker that never answers costs a caller its time and no more', async () => {
  const network = new FakeNetwork()
  const broker = network.add(1)
  broker.on(ApiVersions, () => undefined)
  const cluster = network.cluster(['b1'])
  const asked = cluster.topic('t', { timeoutMs: 20_000 })
  asked.catch(() => undefined)
  await network.time.advance(20_000)
  await assert.rejects(asked, { code: 'REQUEST_TIMED_OUT' })
  assert(broker.pipes.filter(({ isOpen }) => isOpen).length <= 1)
  await cluster[Symbol.asyncDispose]()
})

test('hostile answers: errors of every code to the questions of the cluster end in an error with a code, in time', async () => {
  for (const [index, name] of errorNames.entries()) {
    if (name === 'NONE') continue
    const code = index - 1
    const network = new FakeNetwork()
    const broker = network.add(1)
    broker.on(FindCoordinator, () => ({ coordinators: [{ key: 'g', nodeId: 1, host: 'b1', port: 9092, errorCode: code }] }))
    const cluster = network.cluster(['b1'])
    await network.until(cluster.refresh())
    broker.on(Metadata, () => ({
      brokers: [{ nodeId: 1, host: 'b1', port: 9092 }],
      controllerId: 1,
      topics: [{ errorCode: code, name: 't', partitions: [] }],
    }))
    const asked = [cluster.coordinator('group', 'g', { timeoutMs: 3000 }), cluster.topic('t', { timeoutMs: 3000 })]
    const outcomes = Promise.allSettled(asked)
    await network.time.advance(3001)
    for (const outcome of await outcomes)
      assert(outcome.status === 'rejected' && outcome.reason instanceof KafkaError, `${name}: ${outcome.status}`)
    assert(broker.got.length < 60, `${name}: ${broker.got.length} requests in 3 s`)
    await cluster[Symbol.asyncDispose]()
  }
})
