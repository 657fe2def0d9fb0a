import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { metricsText, prometheusType } from '@odradek/common/metrics'
import { SeededRandom } from '@odradek/common/random'
import type { Random } from '@odradek/common/random'
import { Buffer } from 'node:buffer'
import { allApis, Produce } from '@odradek/protocol/messages'
import type { Api } from '@odradek/protocol/schema'
import { Canary, damaged, encodeRequest, hostileMessage, RecordedLog, startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { allHandlers } from './handlers/index.ts'

/**
 * Requests of every API in every version, half of them well formed and extreme, half of them damaged. More of them, or others:
 *
 *     HOSTILE_FRAMES=1000000 HOSTILE_SEED=7 node --test packages/broker/hostile-bytes.io.test.ts
 */
const frames = Number(process.env['HOSTILE_FRAMES'] ?? 10_000)
const seed = process.env['HOSTILE_SEED'] ?? '1'
const atOnce = 25

const texts = ['victim', 'other', 'group', '', '.', '__proto__', 'a\u0000b', 'x'.repeat(300), '1', 'consumer', 'retention.ms', '-1']

test(`${frames} strange requests: each is answered or costs its connection, and no one else notices`, async (context) => {
  const log = new RecordedLog()
  await using broker = await startBroker({
    logger: log,
    topics: { canary: 1, victim: 2, other: 1 },
    config: { 'max.connection.creation.rate': '100000' },
  })
  const canary = await Canary.start(await broker.connect(), 'canary')
  const served = allHandlers(broker.broker.services).flatMap(({ api }) => allApis.filter(({ key }) => key === api.key))
  const words = { texts, ids: ['AAAAAAAAAAAAAAAAAAAAAA', broker.topicId('victim'), broker.topicId('other'), '_____________________w'] }
  const outcomes: Record<Outcome, number> = { answered: 0, closed: 0, silent: 0 }
  const random = new SeededRandom(seed)
  let sent = 0
  const attack = async (): Promise<void> => {
    for (let number = sent++; number < frames; number = sent++) {
      const frame = strangeFrame(random.fork(`${number}`), served, words)
      outcomes[await exchange(broker, frame)]++
      const bugs = log.take().filter(({ level }) => level === 'error')
      assert.deepEqual(bugs, [], `request ${number} of HOSTILE_SEED=${seed}: ${frame.toString('hex')}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, attack))

  context.diagnostic(`${JSON.stringify(outcomes)}, slowest round of the canary ${canary.slowestMs.toFixed()} ms`)
  assert(outcomes.answered > frames / 4 && outcomes.closed > frames / 20, JSON.stringify(outcomes))
  await canary.sings(3)
  await canary.stop()
  for (let waited = 0; broker.broker.connections > 1 && waited < 200; waited++) await sleep(10)
  assert.equal(broker.broker.connections, 1, 'connections were left')
  const metrics = [...metricsText(broker.metrics, prometheusType)].join('')
  assert.match(metrics, /^kafka_network_socketserver_memorypoolused 0$/m)
  assert.match(metrics, /^kafka_network_socketserver_responsememoryused 0$/m)
})

type Outcome = 'answered' | 'closed' | 'silent'

function strangeFrame(random: Random, apis: readonly Api[], words: Parameters<typeof hostileMessage>[3]): Buffer {
  const api = apis[random.nextInt(apis.length)] ?? Produce
  const version = api.versions[0] + random.nextInt(api.versions[1] - api.versions[0] + 1)
  const header = { version, correlationId: random.nextInt(1_000), clientId: random.nextInt(4) === 0 ? null : 'hostile' }
  const body = encodeRequest(api, hostileMessage(api.request, version, random, words), header)
  const bytes = random.nextInt(2) === 0 ? body : damaged(body, random)
  const frame = Buffer.alloc(4 + bytes.length)
  // Now and then the size lies, too.
  frame.writeInt32BE(random.nextInt(20) === 0 ? random.nextInt(200) : bytes.length)
  bytes.copy(frame, 4)
  return frame
}

/** Sends it on a connection of its own and looks what comes. Some requests wait for others, and some have no answer. */
async function exchange({ port }: RunningBroker, frame: Buffer): Promise<Outcome> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(frame)
  const outcome = await new Promise<Outcome>((resolve) => {
    socket.once('data', () => resolve('answered'))
    socket.once('close', () => resolve('closed'))
    setTimeout(resolve, 50, 'silent')
  })
  if (socket.destroyed) return outcome
  socket.destroy()
  await once(socket, 'close')
  return outcome
}
