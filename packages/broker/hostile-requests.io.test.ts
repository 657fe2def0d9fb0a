import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { createLogger } from '@odradek/common/logging'
import type { LogLine } from '@odradek/common/logging'
import { SeededRandom } from '@odradek/common/random'
import type { Random } from '@odradek/common/random'
import { systemClock } from '@odradek/common/time'
import { allApis } from '@odradek/protocol/messages'
import { buildBatch } from '@odradek/protocol/records'
import { encodeRequest, produceBatch, sampleMessage, startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { allHandlers } from './handlers/index.ts'

/** A broker whose complaints about itself a test can read. */
async function startWatched() {
  const lines: LogLine[] = []
  const logger = createLogger({ clock: systemClock, write: (line) => lines.push(line) })
  const kafka = await startBroker({ logger, topics: { orders: 1 } })
  return { kafka, bugs: () => lines.filter(({ level }) => level === 'error').map(({ message, fields }) => [message, fields]) }
}

async function isServing(kafka: RunningBroker): Promise<boolean> {
  await using canary = await kafka.connect()
  return (await produceBatch(canary, { topic: 'orders', batch: buildBatch([{ value: Buffer.from('canary') }]) })).errorCode === 0
}

/** Sends a frame and waits until it was answered or its connection closed. One that waits, like a long poll, is left after a while. */
async function throwAt(kafka: RunningBroker, frame: Buffer): Promise<Outcome> {
  await using client = await kafka.connect()
  client.sendFrame(frame)
  return Promise.race([client.receive().then(answered, closed), patience()])
}

type Outcome = 'answered' | 'closed' | 'waiting'
const answered = (): Outcome => 'answered'
const closed = (): Outcome => 'closed'

async function patience(): Promise<Outcome> {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  return 'waiting'
}

function damaged(frame: Buffer, random: Random): Buffer {
  const copy = Buffer.from(frame)
  // The first ten bytes say which API it is; what matters here is behind them.
  for (let change = 1 + random.nextInt(3); change > 0; change--)
    copy[10 + random.nextInt(Math.max(1, copy.length - 10))] = random.nextInt(256)
  return random.nextInt(3) === 0 ? copy.subarray(0, 10 + random.nextInt(copy.length - 10)) : copy
}

test('requests with bytes changed or cut off are answered or closed, and never a bug of ours', async () => {
  const { kafka, bugs } = await startWatched()
  await using _ = kafka
  const random = new SeededRandom('damaged requests')
  const outcomes = { answered: 0, closed: 0, waiting: 0 }
  for (const { api } of allHandlers(kafka.broker.services)) {
    const [min, max] = api.versions
    for (let version = min; version <= max; version++) {
      const codec = allApis.find(({ key }) => key === api.key)
      assert.ok(codec !== undefined)
      const frame = encodeRequest(codec, sampleMessage(api.request, version), { version, correlationId: 1, clientId: 'hostile' })
      for (let round = 0; round < 8; round++) outcomes[await throwAt(kafka, damaged(frame, random))]++
    }
  }
  assert.deepEqual(bugs(), [])
  assert.ok(outcomes.answered > 0 && outcomes.closed > 0 && outcomes.waiting < outcomes.answered, JSON.stringify(outcomes))
  assert.equal(await isServing(kafka), true)
})

test('random bytes under a valid header close their connection and cost nobody else anything', async () => {
  const { kafka, bugs } = await startWatched()
  await using _ = kafka
  const random = new SeededRandom('random bodies')
  for (const { api } of allHandlers(kafka.broker.services)) {
    for (let round = 0; round < 10; round++) {
      const header = Buffer.alloc(10)
      header.writeInt16BE(api.key, 0)
      header.writeInt16BE(api.versions[0] + random.nextInt(api.versions[1] - api.versions[0] + 1), 2)
      header.writeInt16BE(-1, 8)
      await throwAt(kafka, Buffer.concat([header, random.bytes(random.nextInt(200))]))
    }
  }
  assert.deepEqual(bugs(), [])
  assert.equal(await isServing(kafka), true)
})

test('arrays that announce a million elements are refused without making room for them', async () => {
  const { kafka, bugs } = await startWatched()
  await using _ = kafka
  const before = process.memoryUsage().arrayBuffers
  for (const { api } of allHandlers(kafka.broker.services)) {
    for (const count of [1_000_000, 2 ** 31 - 1, -2]) {
      const frame = Buffer.alloc(30)
      frame.writeInt16BE(api.key, 0)
      frame.writeInt16BE(api.versions[0], 2)
      frame.writeInt16BE(-1, 8)
      for (let at = 10; at + 4 <= frame.length; at += 4) frame.writeInt32BE(count, at)
      await throwAt(kafka, frame)
    }
  }
  assert.deepEqual(bugs(), [])
  assert.ok(process.memoryUsage().arrayBuffers - before < 64 << 20)
  assert.equal(await isServing(kafka), true)
})
