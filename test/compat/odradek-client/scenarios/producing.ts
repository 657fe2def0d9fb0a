import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { KafkaError, topic as topicOf } from '@odradek/client'
import type { Timer } from '@odradek/common/time'
import { systemTimer } from '@odradek/common/time'
import { byPartition, bytes, range, readAll, text, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import { forgottenAfterMs } from '../forgetful.ts'
import type { Theme } from '../scenario.ts'

const day = 24 * 3600 * 1000

export const producing: Theme = {
  theme: 'producing',
  scenarios: [
    scenario('a record comes back with the key, value, headers and time that it was sent with', async (at) => {
      const topic = await at.topic('one', 3)
      await using producer = at.producer()
      const headers = [['trace', bytes('abc')]] as const
      const sent = await producer.send(topic, { key: 'k', value: 'v', headers, timestamp: 1_700_000_000_123, partition: 2 })
      assert.deepEqual({ ...sent }, { ...sent, topic, partition: 2, offset: 0, timestamp: 1_700_000_000_123 })
      const [record] = await readAll(at, topic, 3, 1)
      assert(record !== undefined)
      assert.deepEqual([record.topic, record.partition, record.offset, record.timestamp], [topic, 2, 0, 1_700_000_000_123])
      assert.deepEqual([text(record.key), text(record.value), record.headers.text('trace')], ['k', 'v', 'abc'])
      assert.equal(record.timestampType, 'CreateTime')
    }),

    scenario('null and empty keys and values are four different things', async (at) => {
      const topic = await at.topic('nulls')
      await using producer = at.producer()
      const sent: readonly (readonly [Uint8Array | null, Uint8Array | null])[] = [
        [null, null],
        [bytes(''), null],
        [null, bytes('')],
        [bytes(''), bytes('')],
      ]
      for (const [key, value] of sent) void producer.send(topic, { key, value })
      await producer.flush()
      const read = await readAll(at, topic, 1, 4)
      assert.deepEqual(
        read.map(({ key, value }) => [text(key), text(value)]),
        sent.map(([key, value]) => [text(key), text(value)]),
      )
    }),

    scenario('headers reshaped: duplicate, null, empty and binary headers come back in their order', async (at) => {
      const topic = await at.topic('headers')
      await using producer = at.producer()
      const headers = [
        ['a', bytes('1')],
        ['a', null],
        ['ключ', Buffer.from([0, 255, 128])],
        ['a', bytes('')],
        ['', bytes('nameless')],
        ['text', 'é한'],
      ] as const
      await producer.send(topic, { value: 'array', headers })
      await producer.send(topic, { value: 'object', headers: { b: 'x', c: null } })
      await producer.send(topic, { value: 'map', headers: new Map([['d', bytes('y')]]) })
      const [first, second, third] = await readAll(at, topic, 1, 3)
      assert.deepEqual(
        [...(first?.headers ?? [])].map(([name, value]) => [name, value === null ? null : Buffer.from(value).toString('hex')]),
        headers.map(([name, value]) => [name, value === null ? null : Buffer.from(value).toString('hex')]),
      )
      assert.equal(first?.headers.size, 6)
      assert.deepEqual(
        first.headers.all('a').map((value) => value && text(value)),
        ['1', null, ''],
      )
      assert.equal(text(first.headers.last('a') ?? null), '')
      assert.equal(first.headers.last('nothing'), undefined)
      assert.deepEqual([second?.headers.text('b'), second?.headers.last('c')], ['x', null])
      assert.equal(third?.headers.text('d'), 'y')
    }),

    scenario('acks 0, 1 and all: the record arrives, and only acks=0 does not know where', async (at) => {
      const topic = await at.topic('acks')
      for (const acks of [0, 1, 'all'] as const) {
        await using producer = at.producer({ acks })
        const { offset } = await producer.send(topic, { value: String(acks) })
        if (acks === 0) assert.equal(offset, -1)
        else assert.ok(offset >= 0)
        await producer.flush()
      }
      assert.deepEqual(
        values(await readAll(at, topic, 1, 3)).toSorted((a, b) => String(a).localeCompare(String(b))),
        ['0', '1', 'all'],
      )
    }),

    scenario(
      'concurrent idempotent sends lost, promises resolve: 1 000 parallel sends have 1 000 offsets, and are read back',
      async (at) => {
        const topic = await at.topic('parallel')
        await using producer = at.producer({ lingerMs: 0 })
        const sent = await Promise.all(range(1000).map((i) => producer.send(topic, { value: String(i) })))
        assert.deepEqual(
          sent.map(({ offset }) => offset).toSorted((a, b) => a - b),
          range(1000),
        )
        const read = await readAll(at, topic, 1, 1000)
        for (const [i, { offset }] of sent.entries()) assert.equal(text(read[offset]?.value ?? null), String(i))
      },
    ),

    scenario('await pays the linger: a record that somebody awaits leaves with its turn, though no linger ever ends', async (at) => {
      const topic = await at.topic('await')
      // Asking for metadata again may wait as short a time as a linger does, so until they are there all timers run.
      let isLinger = (_ms: number): boolean => false
      const withoutLinger: Timer = {
        after: (ms, action) => (isLinger(ms) ? { cancel: () => undefined } : systemTimer.after(ms, action)),
        endOfTurn: (action) => systemTimer.endOfTurn(action),
      }
      await using producer = at.client({}, { timer: withoutLinger }).producer()
      await producer.partitionsFor(topic)
      isLinger = (ms) => ms > 0 && ms <= 10
      for (const i of range(20)) assert.equal((await producer.send(topic, { value: String(i) })).offset, i)
    }),

    scenario('sends that nobody awaits are delivered by flush, in order', async (at) => {
      const topic = await at.topic('flush', 3)
      await using producer = at.producer({ lingerMs: 60_000, deliveryTimeoutMs: 120_000 })
      for (const i of range(3000)) void producer.send(topic, { value: String(i), partition: i % 3 })
      await producer.flush()
      const read = byPartition(await readAll(at, topic, 3, 3000))
      for (const partition of range(3))
        assert.deepEqual(
          read.get(partition),
          range(1000).map((i) => String(3 * i + partition)),
        )
    }),

    scenario('closing delivers what was sent before', async (at) => {
      const topic = await at.topic('close')
      const producer = at.producer({ lingerMs: 60_000, deliveryTimeoutMs: 120_000 })
      for (const i of range(10)) void producer.send(topic, { value: String(i) })
      await producer.close()
      assert.deepEqual(values(await readAll(at, topic, 1, 10)), range(10).map(String))
    }),

    scenario('enqueue tells by a callback where each record is, and says when the memory is full', async (at) => {
      const topic = await at.topic('enqueue')
      await using producer = at.producer({ bufferMemory: 65_536, batchSize: 8192 })
      const offsets: number[] = []
      let full = 0
      for (const i of range(2000)) {
        const record = { value: bytes(`${i} ${'x'.repeat(100)}`) }
        const done = (error: Error | undefined, partition: number, offset: number): void => {
          assert.equal(error, undefined)
          assert.equal(partition, 0)
          offsets.push(offset)
        }
        if (!producer.enqueue(topic, record, done)) {
          full++
          await producer.ready({ signal: at.signal })
        }
      }
      await producer.flush()
      assert.deepEqual(offsets, range(2000))
      assert.ok(full > 0)
      const read = values(await readAll(at, topic, 1, 2000))
      assert.deepEqual(
        read.map((value) => value?.split(' ')[0]),
        range(2000).map(String),
      )
    }),

    scenario('sendAll takes any iterable, holds it back, and counts', async (at) => {
      const topic = await at.topic('send-all')
      await using producer = at.producer({ bufferMemory: 131_072 })
      const raw = topicOf(topic)
      assert.deepEqual(
        await producer.sendAll(
          raw,
          range(500).map((i) => ({ value: bytes(`${i}`) })),
        ),
        { records: 500 },
      )
      async function* late() {
        for (const i of range(500)) {
          if (i % 100 === 0) await Promise.resolve()
          yield { value: bytes(`${500 + i}`) }
        }
      }
      assert.deepEqual(await producer.sendAll(raw, late()), { records: 500 })
      assert.deepEqual(values(await readAll(at, topic, 1, 1000)), range(1000).map(String))
    }),

    scenario('timestamp delta of more than 2^31: records 30 days apart share a batch and keep their times', async (at) => {
      const topic = await at.topic('days')
      await using producer = at.producer({ lingerMs: 100 })
      const now = 1_790_000_000_000
      const times = [now, now - 30 * day, now - 60 * day, now - 1]
      for (const timestamp of times) void producer.send(topic, { value: 'v', timestamp })
      await producer.flush()
      assert.deepEqual(
        (await readAll(at, topic, 1, 4)).map(({ timestamp }) => timestamp),
        times,
      )
    }),

    scenario("LogAppendTime ignored: the time is the broker's, for the producer and the consumer", async (at) => {
      const topic = await at.topic('append-time', 1, { config: { 'message.timestamp.type': 'LogAppendTime' } })
      await using producer = at.producer()
      const sent = await producer.send(topic, { value: 'v', timestamp: 1000 })
      const [record] = await readAll(at, topic, 1, 1)
      assert.ok(sent.timestamp > 1_600_000_000_000)
      assert.deepEqual([record?.timestamp, record?.timestampType], [sent.timestamp, 'LogAppendTime'])
    }),

    scenario("a record larger than max.request.size fails at once with the setting's name, and the others arrive", async (at) => {
      const topic = await at.topic('too-large')
      await using producer = at.producer({ maxRequestSize: 10_000 })
      const before = producer.send(topic, { value: 'before' })
      const large = await assert.rejects(
        async () => producer.send(topic, { value: 'x'.repeat(20_000) }),
        (error: unknown) => {
          assert(error instanceof KafkaError)
          assert.equal(error.code, 'MESSAGE_TOO_LARGE')
          assert.match(`${error.message} ${error.hint}`, /max\.?request\.?size/i)
          return true
        },
      )
      assert.equal(large, undefined)
      await producer.send(topic, { value: 'after' })
      assert.equal((await before).offset, 0)
      assert.deepEqual(values(await readAll(at, topic, 1, 2)), ['before', 'after'])
    }),

    scenario('a batch that the topic finds too large is split until it fits, in order and once', async (at) => {
      const topic = await at.topic('split', 1, { config: { 'max.message.bytes': 3000 } })
      await using producer = at.producer({ batchSize: 65_536, lingerMs: 100 })
      const all = range(300).map((i) => producer.send(topic, { value: `${i} ${'.'.repeat(200)}` }))
      await producer.flush()
      assert.deepEqual(
        (await Promise.all(all)).map(({ offset }) => offset),
        range(300),
      )
      assert.deepEqual(
        values(await readAll(at, topic, 1, 300)).map((value) => value?.split(' ')[0]),
        range(300).map(String),
      )
    }),

    scenario('a record that alone is too large for the topic is refused, and those of its batch arrive', async (at) => {
      const topic = await at.topic('refused', 1, { config: { 'max.message.bytes': 2000 } })
      await using producer = at.producer({ lingerMs: 100 })
      const sizes = [10, 5000, 10]
      const outcomes = await Promise.allSettled(sizes.map((size) => producer.send(topic, { value: 'x'.repeat(size) })))
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'sent' : outcome.reason.code)),
        ['sent', 'MESSAGE_TOO_LARGE', 'sent'],
      )
      assert.deepEqual(
        values(await readAll(at, topic, 1, 2)).map((value) => value?.length),
        [10, 10],
      )
    }),

    scenario('a large record of 900 KB comes back whole', async (at) => {
      const topic = await at.topic('large')
      await using producer = at.producer()
      const value = Buffer.alloc(900_000, 'odradek ')
      await producer.send(topic, { key: 'large', value })
      const [record] = await readAll(at, topic, 1, 1, { maxPartitionFetchBytes: 10_000, fetchMaxBytes: 10_000 })
      assert(record?.value instanceof Uint8Array && value.equals(record.value))
    }),

    scenario('a topic that has no place in a broker is refused at once', async (at) => {
      await using producer = at.producer()
      await assert.rejects(async () => producer.send('no such/topic', { value: 'v' }), { code: 'INVALID_TOPIC_EXCEPTION' })
    }),

    scenario('a partition that is not there is refused within max.block.ms', async (at) => {
      const topic = await at.topic('partitions', 2)
      await using producer = at.producer({ maxBlockMs: 1000 })
      assert.equal((await producer.partitionsFor(topic)).length, 2)
      await assert.rejects(async () => producer.send(topic, { value: 'v', partition: 2 }), KafkaError)
      await producer.send(topic, { value: 'v', partition: 1 })
    }),

    scenario('a topic is created by the first record, where the broker allows it', async (at) => {
      const topic = at.name('automatic')
      await using producer = at.producer()
      assert.equal((await producer.send(topic, { value: 'first' })).offset, 0)
      await using admin = at.admin()
      await admin.deleteTopics([topic])
    }),

    scenario('a topic deleted and created anew is written to from its beginning', async (at) => {
      const topic = await at.topic('again')
      await using producer = at.producer({ metadataMaxAgeMs: 500 })
      await using admin = at.admin()
      for (const i of range(3)) await producer.send(topic, { value: String(i) })
      await admin.deleteTopics([topic])
      await createAgain(at, topic)
      const { offset } = await producer.send(topic, { value: 'new' })
      assert.equal(offset, 0)
      assert.deepEqual(values(await readAll(at, topic, 1, 1)), ['new'])
    }),

    scenario('producer dead after the broker lost its state: producer ids have expired, and the next record is there once', async (at) => {
      const topic = await at.topic('expired')
      await using producer = at.producer()
      for (const i of range(3)) await producer.send(topic, { value: String(i) })
      // Brokers that a run starts forget idle producers soon; others have nothing to forget.
      await new Promise((resolve) => setTimeout(resolve, forgottenAfterMs))
      for (const i of range(3)) await producer.send(topic, { value: String(3 + i) })
      assert.deepEqual(values(await readAll(at, topic, 1, 6)), range(6).map(String))
    }),

    scenario('deleted records take no sequence with them', async (at) => {
      const topic = await at.topic('state')
      await using producer = at.producer()
      for (const i of range(5)) await producer.send(topic, { value: String(i) })
      await using admin = at.admin()
      await admin.deleteRecords([{ topic, partition: 0, beforeOffset: 5 }])
      assert.equal((await producer.send(topic, { value: 'after' })).offset, 5)
    }),
  ],
}

/** Deleting takes its time, during which the name is still taken. */
async function createAgain(at: Parameters<Theme['scenarios'][number]['run']>[0], topic: string): Promise<void> {
  await using admin = at.admin()
  for (;;) {
    const outcome = (await admin.createTopics([at.newTopic(topic)]).settled()).get(topic)
    if (outcome?.ok === true) return
    if (outcome?.error.code !== 'TOPIC_ALREADY_EXISTS' || at.signal.aborted) throw outcome?.error ?? new Error(`${topic} was not created`)
  }
}
