import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { json, Kafka, string, topic } from '@odradek/client'
import { startBroker } from './index.ts'

const orders = topic('orders', { key: string, value: json<{ total: number }>() })

test('what a test writes a client reads, and what a client writes a test sees', async () => {
  await using kafka = await startBroker({ topics: { orders: 3 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  const places = await kafka.produce('orders', [
    { key: 'a', value: { total: 1 }, headers: { by: 'test' } },
    { key: 'b', value: { total: 2 } },
  ])
  assert.deepEqual(
    places.map(({ topic: name, offset }) => [name, offset]),
    [
      ['orders', 0],
      ['orders', 0],
    ],
  )
  const read = new Map<string, number>()
  for await (const { key, value } of client.consumer({ groupId: 'g', topics: [orders], autoOffsetReset: 'earliest' }).records()) {
    read.set(key, value.total)
    if (read.size === 2) break
  }
  assert.deepEqual(read, new Map(Object.entries({ a: 1, b: 2 })))

  await client.producer().send(orders, { key: 'c', value: { total: 3 }, headers: { by: 'client' } })
  const [record] = await kafka.waitForRecords<{ total: number }>('orders', { where: ({ key }) => key === 'c' })
  assert.equal(record?.value.total, 3)
  assert.deepEqual(record?.headers, { by: 'client' })
})

test('a record goes to the partition to which clients bring its key', async () => {
  await using kafka = await startBroker({ topics: { byTest: 7, byClient: 7 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`)
  await kafka.produce(
    'byTest',
    keys.map((key) => ({ key, value: key })),
  )
  await client.producer().sendAll(
    topic('byClient', { key: string, value: string }),
    keys.map((key) => ({ key, value: key })),
  )
  const placed = (name: string): readonly unknown[] => kafka.snapshot(name).map(({ key, partition }) => [key, partition])
  assert.equal(placed('byTest').length, 40)
  assert.deepEqual(placed('byTest'), placed('byClient'))
})

test('values are what their bytes say: JSON objects are parsed, other text is text, a tombstone is null, bytes are bytes', async () => {
  await using kafka = await startBroker()
  const bytes = Buffer.from([0xff, 0xfe])
  await kafka.produce('mixed', [
    { value: { a: [1] } },
    { value: '[1, 2]' },
    { value: '{ not json' },
    { value: '3' },
    { value: 4 },
    { value: bytes },
    { key: 'gone' },
    { value: null, timestamp: new Date(1000) },
  ])
  const records = kafka.snapshot('mixed')
  assert.deepEqual(
    records.map(({ value }) => value),
    [{ a: [1] }, [1, 2], '{ not json', '3', '4', bytes, null, null],
  )
  assert.equal(records[6]?.key, 'gone')
  assert.deepEqual(records[3]?.valueBytes, Buffer.from('3'))
  assert.equal(records[7]?.timestamp, 1000)
  assert.equal(records[7]?.valueBytes, null)
})

test('records of any compression are seen, and those of many segments, each once while they come', async () => {
  await using kafka = await startBroker({ topics: { many: { partitions: 1, config: { 'segment.bytes': '1048576' } } } })
  const waiting = kafka.waitForRecords('many', { count: 500 })
  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
    for (let round = 0; round < 10; round++)
      await kafka.produce(
        'many',
        Array.from({ length: 10 }, (_, index) => ({ value: `${compression} ${round} ${index} ${'x'.repeat(20_000)}` })),
        { compression },
      )
  const values = (await waiting).map(({ value }) => value)
  assert.equal(new Set(values).size, 500)
  assert.deepEqual(
    values,
    kafka.snapshot('many').map(({ value }) => value),
  )
})

test('who waits in vain is told what there was', async () => {
  await using kafka = await startBroker()
  await assert.rejects(kafka.waitForRecords('none', { timeout: '5 ms' }), /Waited 5 ms for 1 record in none; there is no such topic/)
  await kafka.produce('some', [{ key: 'k', value: { a: 1 } }])
  await assert.rejects(
    kafka.waitForRecords('some', { count: 2, where: ({ key }) => key === 'other', timeout: 5 }),
    /for 2 records in some of those that are wanted; it has 0 of 1 records\. The last of all:\n {2}0:0 k = \{"a":1\}/,
  )
  await assert.rejects(kafka.waitForGroup('nobody', { state: 'Stable', timeout: 5 }), /to have state Stable; there is no such group/)
  assert.deepEqual(kafka.snapshot('none'), [])
})

test('a group is waited for until it has read and committed all', async () => {
  await using kafka = await startBroker({ topics: { orders: 2 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  await kafka.produce('orders', [
    { key: 'a', value: { total: 1 } },
    { key: 'b', value: { total: 2 } },
  ])
  const consumer = client.consumer({ groupId: 'billing', topics: [orders], autoOffsetReset: 'earliest', autoCommitIntervalMs: 10 })
  const reading = consumer.run(() => undefined)
  const group = await kafka.waitForGroup('billing', { state: 'Stable', lag: 0, members: 1 })
  assert.deepEqual(
    group.members.flatMap(({ partitions }) => partitions.map(({ partition }) => partition)).toSorted((a, b) => a - b),
    [0, 1],
  )
  await consumer.close()
  await reading
  assert.equal((await kafka.waitForGroup('billing', { state: 'Empty' })).members.length, 0)
})

test('after a reset the broker is as after its start, at the same port, and its clients go on', async () => {
  await using kafka = await startBroker({ topics: { orders: 2 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  const producer = client.producer()
  const port = kafka.port
  for (let round = 0; round < 3; round++) {
    await producer.send(orders, { key: 'a', value: { total: round } })
    const consumer = client.consumer({ groupId: 'g', topics: [orders], autoOffsetReset: 'earliest' })
    for await (const { value, offset } of consumer.records()) {
      assert.equal(value.total, round)
      assert.equal(offset, 0)
      break
    }
    await consumer.close()
    await kafka.createTopics({ extra: 1 })
    kafka.failNext('Heartbeat', { error: 'UNKNOWN_MEMBER_ID', times: Infinity })
    await kafka.reset()
    assert.equal(kafka.port, port)
    assert.deepEqual(kafka.requests({ api: 'Produce' }), [])
    assert.deepEqual(kafka.snapshot('orders'), [])
    assert.equal((await kafka.group('g')).state, 'Dead')
    assert.deepEqual([...(await client.admin().listTopics()).keys()], ['orders'])
  }
})

test('settings that were changed are back after a reset', async () => {
  await using kafka = await startBroker({ topics: { orders: { partitions: 1, config: { 'retention.ms': '1000' } } } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  const admin = client.admin()
  const ofOrders = { type: 'TOPIC', name: 'orders' } as const
  const retention = async (): Promise<string | null | undefined> =>
    (await admin.describeConfigs([ofOrders]).of(ofOrders)).get('retention.ms')?.value
  await admin.incrementalAlterConfigs([{ ...ofOrders, ops: [{ op: 'set', name: 'retention.ms', value: '7' }] }])
  assert.equal(await retention(), '7')
  await kafka.reset()
  assert.equal(await retention(), '1000')
})

test('with dataDir the next broker goes on with the data', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'odradek-test-broker-'))
  try {
    const first = await startBroker({ dataDir })
    await first.produce('kept', [{ value: 'x' }])
    await first.stop()
    const second = await startBroker({ dataDir })
    assert.deepEqual(
      second.snapshot('kept').map(({ value }) => value),
      ['x'],
    )
    await second.stop()
  } finally {
    rmSync(dataDir, { recursive: true })
  }
})

test('with a seed all ids are the same in each run', async () => {
  const ids = async (seed: number): Promise<readonly unknown[]> => {
    await using kafka = await startBroker({ seed, topics: { orders: 1 } })
    await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
    const listed = await client.admin().listTopics()
    return [(await client.admin().describeCluster()).clusterId, listed.get('orders')?.topicId]
  }
  const first = await ids(7)
  assert.deepEqual(await ids(7), first)
  assert.notDeepEqual(await ids(8), first)
})

test('mistakes of a test are told with what to do', async () => {
  await assert.rejects(startBroker({ topics: { 'no name': 1 } }), /Could not create the topic no name/)
  await assert.rejects(startBroker({ asVersion: '1.0' }), /choose one from 2\.1 to/)
  await assert.rejects(startBroker({ config: { 'log.retention.hour': 1 } }), /Did you mean log\.retention\.hours\?/)
  await assert.rejects(startBroker({ config: { 'log.dirs': '/tmp/x' } }), /dataDir says where data are kept/)
  await using kafka = await startBroker()
  const misspelt: string = 'Prodce'
  // @ts-expect-error a name that is no API
  assert.throws(() => kafka.delay(misspelt, 1), /serves no API Prodce; did you mean Produce\?/)
  // @ts-expect-error an error that Kafka does not have
  assert.throws(() => kafka.failNext('Produce', { error: 'NOT_LEADER' }), /Kafka has no error NOT_LEADER/)
  assert.throws(() => kafka.failNext('Heartbeat', { error: 'UNKNOWN_MEMBER_ID', topic: 'x' }), /cannot be divided by topic/)
  assert.throws(() => kafka.delay('Fetch', 'soon'), /no length of time/)
  await assert.rejects(kafka.expireSession('nobody'), /waitForGroup\('nobody', \{ members: 1 \}\)/)
  await assert.rejects(kafka.fenceProducer('tx'), /does not serve transactions yet/)
})
