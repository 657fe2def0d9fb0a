import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { json, nullable, string } from '../serdes/index.ts'
import type { Serde } from '../serdes/index.ts'
import { topic } from '../topic.ts'
import { commitChannel, processChannel, receiveChannel } from '../tracing/channels.ts'
import { batchOf } from './consumer-fixture.ts'
import { DeserializationError } from './records/deserialization-error.ts'
import { Scene } from './scene/scene.ts'

const t0 = { topic: 't', partition: 0 } as const
const text = (value: string | null, key: string | null = null) => ({
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  timestamp: 1,
})

test('topics give their types to records, and one bad record does not take its batch along', async () => {
  const scene = new Scene({ orders: 1, payments: 1 })
  const orders = topic('orders', { key: string, value: json<{ total: number }>() })
  const payments = topic('payments', { key: nullable(string), value: nullable(string) })
  scene.logs.append('orders-0', batchOf([text('{"total":3}', 'c1'), text('{', 'c2'), text('{"total":5}', 'c3'), text(null, 'c4')]))
  scene.logs.append('payments-0', batchOf([text(null), text('paid', 'c1')]))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest', topics: [orders, payments] })
  const seen: unknown[] = []
  const stop = new AbortController()
  const loop = (async () => {
    for await (const record of consumer.records({ signal: stop.signal })) {
      try {
        if (record.topic === 'orders') seen.push([record.key, record.value.total])
        else seen.push([record.key, record.value === null ? 'tombstone' : record.value.toUpperCase()])
      } catch (error) {
        assert.ok(error instanceof DeserializationError)
        assert.equal(error.code, 'ODRADEK_DESERIALIZATION')
        seen.push([
          error.topic,
          error.partition,
          error.offset,
          error.part,
          error.bytes === null ? null : Buffer.from(error.bytes).toString(),
        ])
      }
      if (seen.length === 6) stop.abort()
    }
  })()
  await scene.until(loop)
  assert.deepEqual(
    seen.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    [
      [null, 'tombstone'],
      ['c1', 3],
      ['c1', 'PAID'],
      ['c3', 5],
      ['orders', 0, 1, 'value', '{'],
      ['orders', 0, 3, 'value', null],
    ],
  )
  await scene.until(consumer.close())
})

test('a serde that must fetch something first gets the payloads of a batch, and its failure leaves the batch for later', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['1', '2', '3']))
  const asked: string[] = []
  let fails = true
  const slow: Serde<string> = {
    write: (data, sink) => sink.utf8(data),
    read: (bytes) => `${asked.length > 0 ? 'prepared' : 'not prepared'} ${Buffer.from(bytes).toString()}`,
    prepareRead: async (payloads) => {
      const all = [...payloads].map((bytes) => Buffer.from(bytes).toString())
      await new Promise<void>((resolve) => scene.time.after(50, resolve))
      if (fails) throw new KafkaError('NETWORK_EXCEPTION', 'the registry is away')
      asked.push(...all)
    },
  }
  const typed = topic('t', { value: slow })
  for (const how of ['records', 'run'] as const) {
    fails = true
    asked.length = 0
    const consumer = scene.consumer({ topics: [typed], autoOffsetReset: 'earliest' })
    consumer.assign([t0])
    const seen: string[] = []
    const read = async (): Promise<void> => {
      const stop = new AbortController()
      const take = (value: string): void => {
        seen.push(value)
        if (seen.length === 3) stop.abort()
      }
      if (how === 'records') for await (const { value } of consumer.records({ signal: stop.signal })) take(value)
      else await consumer.run(({ value }) => take(value), { signal: stop.signal })
    }
    const first = read()
    first.catch(() => {})
    await assert.rejects(scene.until(first), /the registry is away/)
    assert.deepEqual(seen, [])
    fails = false
    await scene.until(read())
    assert.deepEqual(seen, ['prepared 1', 'prepared 2', 'prepared 3'], how)
    assert.deepEqual(asked, ['1', '2', '3'])
    await scene.until(consumer.close())
  }
})

test('interceptors see what is delivered and committed, and their errors change nothing', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['1', '2', '3']))
  const seen: string[] = []
  const consumer = scene.consumer({
    groupId: 'g',
    autoOffsetReset: 'earliest',
    interceptors: [
      {
        onConsume: ({ topic: name, count }) => {
          seen.push(`${name} ${count}`)
          throw new Error('of the interceptor')
        },
        onCommit: (offsets) => void seen.push(`committed ${offsets.map(({ offset }) => offset).join()}`),
      },
    ],
  })
  consumer.subscribe(['t'])
  await scene.until(consumer.poll(1_000))
  await scene.until(consumer.commit())
  assert.deepEqual(seen, ['t 3', 'committed 3'])
  await scene.until(consumer.close())
})

test('metrics have the names of Kafka', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['1', '2', '3']))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest' })
  consumer.subscribe(['t'])
  await scene.until(consumer.poll(1_000))
  const metrics = consumer.metrics()
  assert.equal(metrics.get('records-consumed-total', { group: 'consumer-fetch-manager-metrics' }), 3)
  assert.equal(metrics.get('records-consumed-total', { tags: { topic: 't' } }), 3)
  assert.equal(metrics.get('records-lag', { tags: { topic: 't', partition: '0' } }), 0)
  assert.equal(metrics.get('assigned-partitions'), 1)
  assert.equal(metrics.get('rebalance-total'), 1)
  assert.ok((metrics.get('bytes-consumed-total', { tags: { topic: 't' } }) ?? 0) > 60)
  assert.ok((metrics.get('fetch-total') ?? 0) >= 1)
  await scene.until(consumer.close())
})

test('tracers hear of batches, records in the hands of handlers, and commits', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['1', '2']))
  const heard: string[] = []
  const received = { start: (context: { topic: string; records: number }) => heard.push(`received ${context.topic} ${context.records}`) }
  const processed = {
    start: (context: { offset: number }) => heard.push(`begun ${context.offset}`),
    asyncEnd: (context: { offset: number; error?: unknown }) =>
      heard.push(`ended ${context.offset}${context.error === undefined ? '' : ' badly'}`),
  }
  const committed = { asyncEnd: (context: { groupId: string }) => heard.push(`committed ${context.groupId}`) }
  const listening = [
    [receiveChannel, received],
    [processChannel, processed],
    [commitChannel, committed],
  ] as const
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- listeners to some of the five events
  for (const [channel, listeners] of listening) channel.subscribe(listeners as never)
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest' })
  consumer.subscribe(['t'])
  const stop = new AbortController()
  const running = consumer.run(
    async ({ offset }) => {
      if (offset === 0) throw new Error('no')
      stop.abort()
    },
    { signal: stop.signal, onError: () => 'skip' },
  )
  await scene.until(running)
  await scene.until(consumer.close())
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  for (const [channel, listeners] of listening) channel.unsubscribe(listeners as never)
  assert.deepEqual(heard, ['received t 2', 'begun 0', 'ended 0 badly', 'begun 1', 'ended 1', 'committed g'])
})

test('a batch that was committed does not come again when its loop is left', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['1', '2', '3', '4']))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest', enableAutoCommit: false, maxPollRecords: 2 })
  consumer.subscribe(['t'])
  const first = async (commits: boolean): Promise<number> => {
    for await (const batch of consumer.batches()) {
      if (commits) await batch.commit()
      return batch.firstOffset
    }
    return -1
  }
  assert.equal(await scene.until(first(false)), 0)
  assert.equal(await scene.until(first(true)), 0)
  assert.equal(await scene.until(first(false)), 2)
  await scene.until(consumer.close())
})
