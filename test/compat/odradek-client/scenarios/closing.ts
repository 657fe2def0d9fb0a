import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fill, partitionsOf, range, take, until, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'
import type { Place } from '../place.ts'
import { InterferingDialler } from '../wire/interference.ts'

const run = promisify(execFile)

/** A program of its own: what it prints on both outputs, when it ends by itself. */
async function program(at: Place, source: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const whole = `
    import { Kafka } from ${JSON.stringify(import.meta.resolve('@odradek/client'))}
    const kafka = new Kafka({ bootstrapServers: ${JSON.stringify(at.bootstrap)} })
    ${source}`
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', whole], {
    signal: at.signal,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  return { stdout: stdout.trim(), stderr: stderr.trim() }
}

export const closing: Theme = {
  theme: 'closing',
  scenarios: [
    scenario('everything after close is refused with what to do, and closing twice is closing once', async (at) => {
      const topic = await at.topic('closed')
      const producer = at.producer()
      await producer.send(topic, { value: 'v' })
      await Promise.all([producer.close(), producer.close()])
      await producer.close()
      await assert.rejects(async () => producer.send(topic, { value: 'v' }), { code: 'ODRADEK_CLOSED' })
      await assert.rejects(producer.flush(), { code: 'ODRADEK_CLOSED' })
      const consumer = at.consumer()
      consumer.assign(partitionsOf(topic, 1))
      await take(at, consumer, 1)
      await consumer.close()
      await consumer.close()
      await assert.rejects(consumer.poll(1), { code: 'ODRADEK_CLOSED' })
      assert.throws(() => consumer.assign(partitionsOf(topic, 1)), { code: 'ODRADEK_CLOSED' })
      const admin = at.admin()
      await admin.describeTopics([topic])
      await admin.close()
      await assert.rejects(async () => admin.describeTopics([topic]), { code: 'ODRADEK_CLOSED' })
    }),

    scenario('a Kafka closes all that it made, and none of its connections stays', async (at) => {
      const topic = await at.topic('all')
      await fill(at, topic, 1)
      const dialler = new InterferingDialler()
      const kafka = at.client({}, { dialler })
      const producer = kafka.producer()
      await producer.send(topic, { value: 'v' })
      const consumer = at.member(at.name('group'), {}, kafka)
      consumer.subscribe([topic])
      await take(at, consumer, 1)
      await kafka.admin().describeTopics([topic])
      assert.ok(dialler.openConnections > 2)
      await kafka.close()
      assert.equal(dialler.openConnections, 0)
      await assert.rejects(async () => producer.send(topic, { value: 'v' }), { code: 'ODRADEK_CLOSED' })
    }),

    scenario('await using closes at the end of the block', async (at) => {
      const topic = await at.topic('using')
      const dialler = new InterferingDialler()
      {
        await using kafka = at.client({}, { dialler })
        await using producer = kafka.producer({ lingerMs: 60_000, deliveryTimeoutMs: 120_000 })
        void producer.send(topic, { value: 'v' })
      }
      assert.equal(dialler.openConnections, 0)
      await using consumer = at.consumer()
      consumer.assign(partitionsOf(topic, 1))
      assert.equal((await take(at, consumer, 1)).length, 1)
    }),

    scenario('a producer whose broker is gone closes within its time-out, and says what was not delivered', async (at) => {
      const topic = await at.topic('gone')
      const dialler = new InterferingDialler()
      const producer = at.client({}, { dialler }).producer()
      await producer.send(topic, { value: 'v' })
      dialler.blackOut()
      const outcome = assert.rejects(async () => producer.send(topic, { value: 'never' }), Error)
      await producer.close({ timeoutMs: 300 }).catch(() => undefined)
      await outcome
    }),

    scenario('a consumer whose broker is gone closes within its time-out', async (at) => {
      const topic = await at.topic('gone')
      await fill(at, topic, 1)
      const dialler = new InterferingDialler()
      const consumer = at.member(at.name('group'), {}, at.client({}, { dialler }))
      consumer.subscribe([topic])
      await take(at, consumer, 1)
      dialler.blackOut()
      await consumer.close({ timeoutMs: 300 }).catch(() => undefined)
    }),

    scenario('a loop that waits ends when its consumer is closed', async (at) => {
      const topic = await at.topic('ends')
      const consumer = at.consumer()
      consumer.assign(partitionsOf(topic, 1))
      const over = (async () => {
        let count = 0
        for await (const record of consumer.records()) count += record.offset
        return count
      })().catch((error: { readonly code?: string }) => error.code)
      await until(at, 'it has a position', async () => (await consumer.position({ topic, partition: 0 })) === 0)
      await consumer.close()
      assert.ok([0, 'ODRADEK_CLOSED'].includes((await over) ?? ''))
    }),

    scenario('everything that waits can be aborted, and rejects with the reason', async (at) => {
      const dialler = new InterferingDialler(({ api }) => (api.name === 'ApiVersions' ? undefined : 'silence'))
      const kafka = at.client({}, { dialler })
      const consumer = kafka.consumer({ groupId: at.name('group'), groupProtocol: 'classic' })
      consumer.assign([{ topic: 'x', partition: 0 }])
      const producer = kafka.producer()
      const admin = kafka.admin()
      const place = { topic: 'x', partition: 0 }
      const waits: readonly (readonly [string, (signal: AbortSignal) => PromiseLike<unknown>])[] = [
        ['committed', (signal) => consumer.committed([place], { signal })],
        ['endOffsets', (signal) => consumer.endOffsets([place], { signal })],
        ['position', (signal) => consumer.position(place, { signal })],
        ['commit', (signal) => consumer.commit([{ ...place, offset: 1 }], { signal })],
        ['partitionsFor', (signal) => producer.partitionsFor('x', { signal })],
        ['describeTopics', (signal) => admin.describeTopics(['x'], { signal })],
        ['listGroups', (signal) => admin.listGroups({ signal })],
      ]
      for (const [name, wait] of waits) {
        const stop = new AbortController()
        const reason = new Error(`enough of ${name}`)
        const outcome = assert.rejects(
          async () => wait(stop.signal),
          (error: unknown) => error === reason,
          name,
        )
        setImmediate(() => stop.abort(reason))
        await outcome
        await assert.rejects(
          async () => wait(AbortSignal.abort(reason)),
          (error: unknown) => error === reason,
          `${name}, aborted before`,
        )
      }
      dialler.blackOut()
      await Promise.all([consumer, producer, admin].map((client) => client.close({ timeoutMs: 100 }).catch(() => undefined)))
    }),

    scenario('a program that has closed everything ends by itself, without a warning', async (at) => {
      const topic = await at.topic('program')
      const { stdout, stderr } = await program(
        at,
        `
        await using producer = kafka.producer()
        await producer.send(${JSON.stringify(topic)}, { value: 'v' })
        await using consumer = kafka.consumer({ groupId: ${JSON.stringify(at.name('group'))}, groupProtocol: 'classic', autoOffsetReset: 'earliest' })
        consumer.subscribe([${JSON.stringify(topic)}])
        for await (const record of consumer.records()) { console.log(record.offset); break }
        process.on('exit', () => console.log('ended'))`,
      )
      assert.deepEqual([stdout, stderr], ['0\nended', ''])
    }),

    scenario('a program does not end in the middle of an await, though only timers are left', async (at) => {
      const { stdout } = await program(
        at,
        `
        const lonely = new Kafka({ bootstrapServers: '127.0.0.1:1' }, { logger: { debug() {}, info() {}, warn() {}, error() {} } })
        const producer = lonely.producer({ maxBlockMs: 700 })
        await producer.send('orders', { value: 'v' }).then(() => console.log('sent'), (error) => console.log('failed', error.code))
        await lonely.close()`,
      )
      assert.match(stdout, /^failed /)
    }),

    scenario('timer warnings: connections that open and close by the dozen leave no listener behind', async (at) => {
      const topic = await at.topic('warnings')
      const { stderr } = await program(
        at,
        `
        for (let i = 0; i < 15; i++) {
          const each = new Kafka({ bootstrapServers: ${JSON.stringify(at.bootstrap)} })
          const stop = new AbortController()
          const producer = each.producer()
          await Promise.all(Array.from({ length: 20 }, () => producer.send(${JSON.stringify(topic)}, { value: 'v' })))
          await Promise.all(Array.from({ length: 20 }, () => producer.flush({ signal: stop.signal })))
          await each.close()
        }`,
      )
      assert.equal(stderr, '')
      await using consumer = at.consumer()
      consumer.assign(partitionsOf(topic, 1))
      assert.deepEqual(
        values(await take(at, consumer, 300)),
        range(300).map(() => 'v'),
      )
    }),
  ],
}
