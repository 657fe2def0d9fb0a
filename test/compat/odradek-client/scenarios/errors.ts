import assert from 'node:assert/strict'
import { ClientError, ConfigError, Kafka, KafkaError, json, serde, string, topic as topicOf } from '@odradek/client'
import { bytes, fill, partitionsOf, readAll, take, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'

/** As from a program in JavaScript, whose types nobody has checked. */
const untyped = (options: object): ReturnType<typeof JSON.parse> => options
const bad = untyped

export const errors: Theme = {
  theme: 'errors',
  scenarios: [
    scenario('settings that are unknown, of the wrong type or contradictory are refused when the client is made', async (at) => {
      const { kafka } = at
      const refused = (make: () => unknown, word: RegExp): void => {
        assert.throws(make, (error: unknown) => {
          assert(error instanceof ConfigError, String(error))
          assert.match(`${error.message} ${error.hint}`, word)
          return true
        })
      }
      refused(() => new Kafka(bad({})), /bootstrap/i)
      refused(() => new Kafka({ bootstrapServers: 'localhost' }).producer(), /port/i)
      refused(() => kafka.producer(bad({ linger: 5 })), /linger/)
      refused(() => kafka.producer(bad({ lingerMs: 'soon' })), /linger/i)
      refused(() => kafka.producer(bad({ compressionType: 'brotli' })), /compression/i)
      refused(() => kafka.producer({ acks: 1, enableIdempotence: true }), /acks|idempotence/i)
      refused(() => kafka.producer({ maxInFlightRequestsPerConnection: 6, enableIdempotence: true }), /in.?flight/i)
      refused(() => kafka.producer({ lingerMs: 1000, requestTimeoutMs: 1000, deliveryTimeoutMs: 1500 }), /delivery/i)
      refused(() => kafka.producer(bad({ lingerMs: 5, 'linger.ms': '6' })), /linger/i)
      refused(() => kafka.consumer({ enableAutoCommit: true }), /group/i)
      refused(() => kafka.consumer({ groupId: 'g', groupProtocol: 'consumer', sessionTimeoutMs: 6000 }), /session/i)
      refused(() => kafka.consumer(bad({ autoOffsetReset: 'sometimes' })), /reset/i)
      await Promise.resolve()
    }),

    scenario("options in Kafka's own spelling do the same", async (at) => {
      const topic = await at.topic('dotted')
      await using kafka = new Kafka({ 'bootstrap.servers': at.bootstrap, 'client.id': 'dotted' }, { logger: at.logger })
      await using producer = kafka.producer(untyped({ 'linger.ms': '0', acks: '1', 'compression.type': 'gzip' }))
      await producer.send(topic, { value: 'v' })
      await using consumer = kafka.consumer({ 'auto.offset.reset': 'earliest' })
      consumer.assign(partitionsOf(topic, 1))
      assert.deepEqual(values(await take(at, consumer, 1)), ['v'])
    }),

    scenario('a serialiser that throws fails its record alone, at once, with topic and part', async (at) => {
      const topic = await at.topic('serializer')
      const picky = serde<string>(
        (word) => {
          if (word === 'bad') throw new Error('cannot write this')
          return bytes(word)
        },
        (content) => Buffer.from(content).toString(),
      )
      const typed = topicOf(topic, { key: string, value: picky })
      await using producer = at.producer({ lingerMs: 50 })
      const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map(async (value) => producer.send(typed, { key: 'k', value })))
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      const [, failed] = outcomes
      assert(failed?.status === 'rejected' && failed.reason instanceof ClientError)
      assert.equal(failed.reason.code, 'ODRADEK_SERIALIZATION')
      assert.match(failed.reason.message, new RegExp(`${topic}.*value|value.*${topic}`))
      assert.deepEqual(values(await readAll(at, topic, 1, 2)), ['a', 'c'])
    }),

    scenario('null where the serde takes none is refused by the producer, and unreadable for the consumer', async (at) => {
      const topic = await at.topic('no-nulls')
      const typed = topicOf(topic, { value: json<{ readonly a: number }>() })
      await using producer = at.producer()
      await assert.rejects(async () => producer.send(typed, untyped({ value: null })), { code: 'ODRADEK_SERIALIZATION' })
      await producer.send(topic, { key: 'k', value: null })
      await using consumer = at.consumer({ topics: [typed] })
      consumer.assign(partitionsOf(topic, 1))
      for await (const record of consumer.records({ signal: at.signal })) {
        assert.throws(
          () => record.value,
          (error: unknown) => {
            assert(error instanceof ClientError)
            assert.equal(error.code, 'ODRADEK_DESERIALIZATION')
            assert.match(`${error.message} ${error.hint}`, /nullable/)
            return true
          },
        )
        break
      }
    }),

    scenario('wrong types in a record are refused at once', async (at) => {
      const topic = await at.topic('types')
      await using producer = at.producer()
      const wrong = async (record: object): Promise<unknown> => producer.send(topic, untyped(record))
      await assert.rejects(wrong({ value: 5 }))
      await assert.rejects(wrong({ value: 'v', partition: -1 }))
      await assert.rejects(wrong({ value: 'v', partition: 0.5 }))
      await assert.rejects(wrong({ value: 'v', timestamp: -5 }))
      await assert.rejects(wrong({ value: 'v', timestamp: Number.NaN }))
      assert.equal((await producer.send(topic, { value: 'good' })).offset, 0)
    }),

    scenario('a Kafka error has its code, says whether to try again, what to do, and where to read on', async (at) => {
      await using admin = at.admin()
      const name = await at.topic('twice')
      await assert.rejects(
        async () => admin.createTopics([at.newTopic(name)]),
        (error: unknown) => {
          assert(error instanceof KafkaError)
          assert.equal(error.code, 'TOPIC_ALREADY_EXISTS')
          assert.deepEqual([error.retriable, error.fatal], [false, false])
          assert.match(error.message, new RegExp(name))
          assert.equal(typeof error.hint, 'string')
          assert.match(error.docsUrl, /topic_already_exists/)
          return true
        },
      )
    }),

    scenario('subscribe and assign exclude each other, and reading without either says what is missing', async (at) => {
      const topic = await at.topic('modes')
      await fill(at, topic, 1)
      await using consumer = at.member(at.name('group'))
      await assert.rejects(take(at, consumer, 1), { code: 'ODRADEK_STATE' })
      consumer.assign(partitionsOf(topic, 1))
      assert.throws(() => consumer.subscribe([topic]), { code: 'ODRADEK_STATE' })
      await consumer.unsubscribe()
      consumer.subscribe([topic])
      assert.throws(() => consumer.assign(partitionsOf(topic, 1)), { code: 'ODRADEK_STATE' })
      assert.throws(() => consumer.seek({ topic, partition: 7, offset: 0 }), { code: 'ODRADEK_STATE' })
      assert.throws(() => consumer.pause([{ topic, partition: 7 }]), { code: 'ODRADEK_STATE' })
      await using groupless = at.consumer()
      assert.throws(
        () => groupless.subscribe([topic]),
        (error: unknown) => error instanceof Error && /group/i.test(error.message),
      )
    }),

    scenario('a topic that is not there: a consumer waits for it, an admin says so', async (at) => {
      const missing = at.name('missing')
      await using admin = at.admin()
      await assert.rejects(async () => admin.describeTopics([missing]), { code: 'UNKNOWN_TOPIC_OR_PARTITION' })
      await using consumer = at.member(at.name('group'), { allowAutoCreateTopics: false, metadataMaxAgeMs: 100 })
      consumer.subscribe([missing])
      const next = take(at, consumer, 1)
      await admin.createTopics([at.newTopic(missing)])
      await fill(at, missing, 1)
      assert.deepEqual(values(await next), ['0'])
      await consumer.close()
      await admin.deleteTopics([missing])
    }),
  ],
}
