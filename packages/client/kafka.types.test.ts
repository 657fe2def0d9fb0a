import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json, Kafka, KafkaError, nullable, readProcessWrite, readProperties, string, topic } from './index.ts'
import type { Consumer, ConsumerOptions, Delivery, Producer, RecordOf, TransactionalProducer } from './index.ts'

interface Order {
  readonly id: string
  readonly total: number
}
interface Payment {
  readonly order: string
  readonly amount: number
}

// oxlint-disable typescript/no-unnecessary-type-parameters -- they are what is compared
/** True where two types are the same, for the compiler. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <_Is extends true>(): void => undefined
// oxlint-enable typescript/no-unnecessary-type-parameters

declare const incoming: AsyncIterable<{ key: string; value: Order }>
declare function book(total: number): void
declare function settle(payment: Payment): void
declare function insert(rows: readonly { readonly id: string; readonly at: number }[]): Promise<void>
declare function charge(order: Order, context: unknown): Promise<Payment>

const orders = topic('orders', { key: string, value: json<Order>() })
const payments = topic('payments', { key: string, value: nullable(json<Payment>()) })

/** The examples of the documentation: never run, since compiling is all that they are here for. */
export async function examples(shutdown: AbortSignal): Promise<void> {
  const kafka = new Kafka({ bootstrapServers: 'localhost:9092', clientId: 'shop' })
  void new Kafka(await readProperties('client.properties'))

  await using producer = kafka.producer({ compressionType: 'zstd' })
  const { partition, offset } = await producer.send(orders, { key: 'c1', value: { id: 'o1', total: 3 } })
  same<Same<[typeof partition, typeof offset], [number, number]>>()
  await producer.sendAll(orders, incoming, { signal: shutdown })
  if (!producer.enqueue(orders, { key: 'c1', value: { id: 'o2', total: 4 } })) await producer.ready()
  same<Same<typeof producer, Producer>>()

  await using consumer = kafka.consumer({ groupId: 'billing', topics: [orders, payments] })
  for await (const record of consumer.records({ signal: shutdown })) {
    if (record.topic === 'orders') book(record.value.total)
    else if (record.value !== null) settle(record.value)
  }

  await using loader = kafka.consumer({ groupId: 'warehouse', topics: [orders], enableAutoCommit: false })
  for await (const batch of loader.batches({ signal: shutdown })) {
    await insert([...batch].map((record) => ({ id: record.value.id, at: record.timestamp })))
    await batch.commit()
  }

  await using biller = kafka.consumer({ groupId: 'charge', topics: [orders] })
  await biller.run(
    async (record, signal) => {
      await charge(record.value, { signal })
    },
    {
      order: 'key',
      concurrency: 64,
      signal: shutdown,
      onError: (_error, _record, attempt) => (attempt < 5 ? { retryAfterMs: 1000 } : 'skip'),
    },
  )

  await using source = kafka.consumer({ groupId: 'settle', topics: [orders], enableAutoCommit: false, isolationLevel: 'read_committed' })
  await using sink = kafka.producer({ transactionalId: 'settle-1' })
  same<Same<typeof sink, TransactionalProducer>>()
  await readProcessWrite(
    source,
    sink,
    async (batches, transaction) => {
      for (const batch of batches)
        for (const { key, value } of batch) transaction.enqueue(payments, { key, value: await charge(value, batch) })
    },
    { signal: shutdown },
  )

  await using admin = kafka.admin()
  try {
    await admin.createTopics([{ name: 'orders', partitions: 12, config: { 'cleanup.policy': 'compact' } }])
  } catch (error) {
    if (!(error instanceof KafkaError && error.code === 'TOPIC_ALREADY_EXISTS')) throw error
  }
  for (const [name, outcome] of await admin.describeTopics(['orders', 'nope']).settled()) {
    console.log(name, outcome.ok ? outcome.value.partitions.length : outcome.error.code)
  }
}

/** What the compiler must not let through. */
export function mistakes(kafka: Kafka, producer: Producer): readonly Delivery[] {
  // @ts-expect-error -- a misspelled setting
  kafka.producer({ lingerMS: 5 })
  // @ts-expect-error -- a text for a number
  kafka.producer({ lingerMs: '5' })
  // @ts-expect-error -- a word that is none
  kafka.producer({ compressionType: 'brotli' })
  // @ts-expect-error -- a setting of producers
  kafka.consumer({ lingerMs: 5 })
  // @ts-expect-error -- no transactions without a transactional id
  kafka.producer().beginTransaction()
  kafka.producer({ 'linger.ms': '5', acks: 'all', 'some.plugin.setting': 'x' })
  const fromStreams: Record<string, string> = { 'group.id': 'g' }
  const options: ConsumerOptions = fromStreams
  kafka.consumer(options)
  return [
    // @ts-expect-error -- a value of another type
    producer.send(orders, { key: 'c1', value: { id: 'o1' } }),
    // @ts-expect-error -- the key is no string
    producer.send(orders, { key: 1, value: { id: 'o1', total: 3 } }),
    // @ts-expect-error -- orders has keys
    producer.send(orders, { value: { id: 'o1', total: 3 } }),
    // @ts-expect-error -- orders has no tombstones
    producer.send(orders, { key: 'c1', value: null }),
    producer.send(payments, { key: 'c1', value: null }),
    producer.send('raw', { value: 'text', headers: { a: 'b' } }),
    producer.send(topic('raw'), { value: new Uint8Array(1), headers: [['a', null]] }),
  ]
}

test('a consumer of several topics has records that narrow on their topic, one of none has bytes', () => {
  same<Same<RecordOf<typeof orders>['value'], Order>>()
  same<Same<RecordOf<typeof payments>['value'], Payment | null>>()
  same<Same<RecordOf<typeof orders | typeof payments>['topic'], 'orders' | 'payments'>>()
  const kafka = new Kafka({ bootstrapServers: 'localhost:1' })
  const untyped = kafka.consumer({ groupId: 'g' })
  type Untyped = typeof untyped extends Consumer<infer T> ? RecordOf<T>['value'] : never
  same<Same<Untyped, Uint8Array | null>>()
  assert.equal(typeof untyped.close, 'function')
  return untyped.close()
})

test('topics of a consumer may be names, whose records have bytes, beside typed ones', async () => {
  await using kafka = new Kafka({ bootstrapServers: 'localhost:1' })
  const mixed = kafka.consumer({ groupId: 'g', topics: ['audit', orders] })
  type Records = typeof mixed extends Consumer<infer T> ? RecordOf<T> : never
  same<Same<Extract<Records, { topic: 'audit' }>['value'], Uint8Array | null>>()
  same<Same<Extract<Records, { topic: 'orders' }>['value'], Order>>()
  const named = kafka.consumer({ groupId: 'g', topics: ['audit'] })
  type Named = typeof named extends Consumer<infer T> ? RecordOf<T>['key'] : never
  same<Same<Named, Uint8Array | null>>()
  assert.deepEqual(named.subscription(), [])
})
