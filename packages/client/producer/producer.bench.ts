import { Buffer } from 'node:buffer'
import { systemRandom } from '@odradek/common/random'
import { systemClock, systemTimer } from '@odradek/common/time'
import { Produce } from '@odradek/protocol/messages'
import { ByteWriter } from '@odradek/common/bytes'
import type { Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import { resolveProducer } from '../config/index.ts'
import type { ProducerOptions } from '../config/index.ts'
import { ClientMetrics } from '../metrics/index.ts'
import { string } from '../serdes/index.ts'
import { topic } from '../topic.ts'
import { createProducer } from './create-producer.ts'
import { FakeCluster } from './producer-fixture.ts'

/**
 * What a record costs a producer up to the socket: `node packages/client/producer/producer.bench.ts`. Requests are encoded, and answered in the next turn by
 * a cluster that does nothing. ns of CPU a record, best of five; millions a second.
 */
const rounds = 5

/** Takes everything, as a socket would: encodes the request and looks at no byte of it. */
class Sink extends FakeCluster {
  #offset = 0

  override call<Q extends Fields, S extends Fields>(
    _broker: number,
    api: { readonly name: string },
    request: WriteOf<Q> | ((version: number) => WriteOf<Q>),
  ): Promise<ReadOf<S>> {
    const answer = api.name === 'Produce' ? this.#produce(request) : { errorCode: 0, producerId: 1, producerEpoch: 0, throttleTimeMs: 0 }
    return new Promise((resolve) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the producer reads it
      systemTimer.endOfTurn(() => resolve(answer as unknown as ReadOf<S>))
    })
  }

  #produce(request: object): object {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was asked for Produce
    const draft = (typeof request === 'function' ? request(13) : request) as WriteOf<(typeof Produce)['request']>
    const writer = new ByteWriter()
    Produce.encodeRequest(writer, draft, 13)
    writer.chunks()
    const responses = draft.topicData.map(({ topicId, partitionData }) => ({
      name: '',
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({
        index,
        errorCode: 0,
        baseOffset: (this.#offset += 1000),
        logAppendTimeMs: -1,
        logStartOffset: 0,
        recordErrors: [],
      })),
    }))
    return { responses, throttleTimeMs: 0, nodeEndpoints: [] }
  }
}

function make(options: ProducerOptions = {}) {
  const cluster = new Sink({ orders: Array.from({ length: 12 }, () => 1) })
  const logger = { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error }
  const never = (): Promise<never> => Promise.reject(new Error('no network'))
  const environment = {
    clock: systemClock,
    timer: systemTimer,
    random: systemRandom,
    logger,
    dialler: { resolve: never, canonicalNames: never, dial: never },
    hold: () => () => undefined,
  }
  const settings = resolveProducer({ bootstrapServers: 'sink:9092' }, options, 1, { info: () => undefined, warn: () => undefined })
  return createProducer({ environment, settings, cluster, metrics: new ClientMetrics(systemClock, settings.clientId) })
}

type Producer = ReturnType<typeof make>

async function measure(
  name: string,
  count: number,
  options: ProducerOptions,
  run: (producer: Producer, count: number) => Promise<unknown>,
): Promise<void> {
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    const producer = make(options)
    // Its buffers are made by then: a fresh one costs a page fault every 4 KiB.
    await run(producer, count / 2)
    await producer.flush()
    const before = process.cpuUsage()
    await run(producer, count)
    await producer.flush()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, ((user + system) * 1000) / count)
    await producer.close()
  }
  console.log(`${name.padEnd(64)} ${best.toFixed(0).padStart(6)} ns  ${(1000 / best).toFixed(2).padStart(6)} M/s`)
}

const only = process.argv[2]
const small = Buffer.alloc(100, 'v')
const large = Buffer.alloc(1000, 'v')
const text = 'v'.repeat(100)
const typed = topic('orders', { key: string, value: string })
const keys = Array.from({ length: 1000 }, (_, i) => `customer-${i}`)

async function enqueueAll(producer: Producer, count: number, one: (i: number) => boolean): Promise<void> {
  for (let i = 0; i < count; i++) if (!one(i)) await producer.ready()
}

async function tasks(producer: Producer, count: number, concurrency: number): Promise<void> {
  const each = Math.ceil(count / concurrency)
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let i = 0; i < each; i++) await producer.send('orders', { value: small })
    }),
  )
}

const benches: readonly (readonly [string, number, ProducerOptions, (producer: Producer, count: number) => Promise<unknown>])[] = [
  ['enqueue, 100 B, no key', 1_000_000, {}, (p, n) => enqueueAll(p, n, () => p.enqueue('orders', { value: small }))],
  [
    'enqueue, 100 B, no key, batches of 100 KB',
    1_000_000,
    { batchSize: 100_000 },
    (p, n) => enqueueAll(p, n, () => p.enqueue('orders', { value: small })),
  ],
  ['enqueue, 100 B of text, no key', 1_000_000, {}, (p, n) => enqueueAll(p, n, () => p.enqueue('orders', { value: text }))],
  [
    'enqueue, 100 B, key of text',
    1_000_000,
    {},
    (p, n) => enqueueAll(p, n, (i) => p.enqueue('orders', { key: keys[i % 1000]!, value: small })),
  ],
  [
    'enqueue, typed topic, key and 100 B of text',
    1_000_000,
    {},
    (p, n) => enqueueAll(p, n, (i) => p.enqueue(typed, { key: keys[i % 1000]!, value: text })),
  ],
  ['enqueue, 1 KB, no key', 300_000, {}, (p, n) => enqueueAll(p, n, () => p.enqueue('orders', { value: large }))],
  [
    'send unawaited, 100 B',
    1_000_000,
    {},
    async (p, n) => {
      for (let i = 0; i < n; i++) {
        void p.send('orders', { value: small })
        if (i % 100 === 0) await p.ready()
      }
    },
  ],
  [
    'sendAll, 100 B',
    1_000_000,
    {},
    (p, n) =>
      p.sendAll(
        'orders',
        (function* () {
          for (let i = 0; i < n; i++) yield { value: small }
        })(),
      ),
  ],
  ['awaited by 1 task, 100 B', 20_000, {}, (p, n) => tasks(p, n, 1)],
  ['awaited by 100 tasks, 100 B', 300_000, {}, (p, n) => tasks(p, n, 100)],
  ['awaited by 10 000 tasks, 100 B', 500_000, {}, (p, n) => tasks(p, n, 10_000)],
  ['enqueue, 100 B, zstd', 500_000, { compressionType: 'zstd' }, (p, n) => enqueueAll(p, n, () => p.enqueue('orders', { value: small }))],
]
for (const [name, count, options, run] of benches) if (only === undefined || name.includes(only)) await measure(name, count, options, run)
