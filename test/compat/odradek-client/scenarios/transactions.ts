import assert from 'node:assert/strict'
import { KafkaError, readProcessWrite } from '@odradek/client'
import { errorCode } from '@odradek/protocol'
import { EndTxn, InitProducerId } from '@odradek/protocol/messages'
import { fill, partitionsOf, range, readAll, take, text, until, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Scenario, Theme } from '../scenario.ts'
import { answering, InterferingDialler } from '../wire/interference.ts'
import { asBefore } from '../wire/older-broker.ts'

const committed = { isolationLevel: 'read_committed' } as const

/** Both protocols on one broker: of the older one it is only told that it is older. */
const versions = [
  ['v1', (): InterferingDialler => asBefore({ features: { 'transaction.version': 0 } }), 'transactions'],
  ['v2', (): InterferingDialler => new InterferingDialler(), 'transactions, second version'],
] as const

const ofBoth: readonly Scenario[] = versions.flatMap(([version, dialler, need]) => [
  scenario(
    `${version}: what was committed is read, what was aborted is not, and uncommitted readers see all`,
    async (at) => {
      const topic = await at.topic('both', 2)
      await using producer = at.client({}, { dialler: dialler() }).producer({ transactionalId: at.name('id') })
      await producer.initTransactions()
      for (const [i, end] of ['commit', 'abort', 'commit', 'abort', 'abort', 'commit'].entries()) {
        producer.beginTransaction()
        for (const partition of range(2)) await producer.send(topic, { value: `${end} ${i}`, partition })
        if (end === 'commit') await producer.commitTransaction()
        else await producer.abortTransaction()
      }
      const read = await readAll(at, topic, 2, 6, committed)
      for (const partition of range(2)) {
        assert.deepEqual(values(read.filter((record) => record.partition === partition)), ['commit 0', 'commit 2', 'commit 5'])
      }
      assert.equal((await readAll(at, topic, 2, 12)).length, 12)
    },
    need,
  ),

  scenario(
    `${version}: transaction() commits what its body sent, and aborts it when the body throws`,
    async (at) => {
      const topic = await at.topic('body')
      await using producer = at.client({}, { dialler: dialler() }).producer({ transactionalId: at.name('id') })
      assert.equal(
        await producer.transaction(async (transaction) => {
          await transaction.send(topic, { value: 'kept' })
          return 7
        }),
        7,
      )
      await assert.rejects(
        producer.transaction(async (transaction) => {
          await transaction.send(topic, { value: 'dropped' })
          throw new Error('changed my mind')
        }),
        { message: 'changed my mind' },
      )
      await producer.transaction(async (transaction) => void (await transaction.send(topic, { value: 'kept too' })))
      assert.deepEqual(values(await readAll(at, topic, 1, 2, committed)), ['kept', 'kept too'])
    },
    need,
  ),

  scenario(
    `${version}: a newer producer of the same id fences the older one, and ends what it had open`,
    async (at) => {
      const topic = await at.topic('fencing')
      const transactionalId = at.name('id')
      const older = at.client({}, { dialler: dialler() }).producer({ transactionalId })
      await older.initTransactions()
      older.beginTransaction()
      await older.send(topic, { value: 'open' })
      await using newer = at.client({}, { dialler: dialler() }).producer({ transactionalId })
      await newer.initTransactions()
      newer.beginTransaction()
      await newer.send(topic, { value: 'new' })
      await newer.commitTransaction()
      // A record of the older one is refused, for which its transaction has to be aborted; that tells it who has taken its place.
      await assert.rejects(
        async () => older.send(topic, { value: 'late' }),
        (error: unknown) => {
          assert(error instanceof KafkaError)
          return error.code === 'PRODUCER_FENCED' || (error.code === 'INVALID_PRODUCER_EPOCH' && error.abortable)
        },
      )
      await assert.rejects(older.abortTransaction(), (error: unknown) => {
        assert(error instanceof KafkaError)
        assert.equal(error.code, 'PRODUCER_FENCED')
        assert.equal(error.fatal, true)
        return true
      })
      await assert.rejects(async () => older.send(topic, { value: 'for ever' }), { code: 'PRODUCER_FENCED' })
      await older.close().catch(() => undefined)
      assert.deepEqual(values(await readAll(at, topic, 1, 1, committed)), ['new'])
    },
    need,
  ),

  scenario(
    `${version}: offsets go with the transaction: committed with it, dropped with it`,
    async (at) => {
      const topic = await at.topic('offsets')
      await fill(at, topic, 10)
      const groupId = at.name('group')
      await using consumer = at.member(groupId, { enableAutoCommit: false, ...committed })
      consumer.subscribe([topic])
      await take(at, consumer, 1)
      await using producer = at.client({}, { dialler: dialler() }).producer({ transactionalId: at.name('id') })
      await producer.initTransactions()
      const place = { topic, partition: 0 }
      // Before 2.5 a group does not ask who commits; there it has to be fencing alone that keeps an older instance out.
      const group = at.has('generations in transactions')
        ? consumer.groupMetadata()
        : { groupId, generationId: -1, memberId: '', groupInstanceId: undefined }
      producer.beginTransaction()
      await producer.sendOffsetsToTransaction([{ ...place, offset: 4 }], group)
      await producer.abortTransaction()
      assert.deepEqual(await consumer.committed([place]), [undefined])
      producer.beginTransaction()
      await producer.sendOffsetsToTransaction([{ ...place, offset: 6 }], group)
      await producer.commitTransaction()
      // Nor does it say there that an offset is about to change.
      if (!at.has('offsets that are stable'))
        await until(at, 'the offset is committed', async () => (await consumer.committed([place]))[0] !== undefined)
      assert.equal((await consumer.committed([place]))[0]?.offset, 6)
    },
    need,
  ),

  scenario(
    `${version}: offsets of a generation that is over are refused, and the transaction can be aborted and done again`,
    async (at) => {
      const topic = await at.topic('zombie')
      await fill(at, topic, 1)
      await using consumer = at.member(at.name('group'), { enableAutoCommit: false })
      consumer.subscribe([topic])
      await take(at, consumer, 1)
      await using producer = at.client({}, { dialler: dialler() }).producer({ transactionalId: at.name('id') })
      await producer.initTransactions()
      producer.beginTransaction()
      const stale = { ...consumer.groupMetadata(), generationId: consumer.groupMetadata().generationId + 7 }
      if (!at.has('generations in transactions')) {
        await assert.rejects(producer.sendOffsetsToTransaction([{ topic, partition: 0, offset: 1 }], stale), {
          code: 'UNSUPPORTED_VERSION',
          fatal: true,
          message: /Brokers before 2.5/,
        })
        return
      }
      await assert.rejects(producer.sendOffsetsToTransaction([{ topic, partition: 0, offset: 1 }], stale), (error: unknown) => {
        assert(error instanceof Error && 'abortable' in error && 'code' in error)
        assert.equal(error.abortable, true)
        assert.ok(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'].includes(String(error.code)))
        return true
      })
      await producer.abortTransaction()
      producer.beginTransaction()
      await producer.sendOffsetsToTransaction([{ topic, partition: 0, offset: 1 }], consumer.groupMetadata())
      await producer.commitTransaction()
    },
    need,
  ),

  scenario(
    `${version}: consume, transform, produce: each record once, though the body fails and answers are lost`,
    async (at) => {
      const [input, output] = [await at.topic('in', 2), await at.topic('out', 2)]
      for (const partition of range(2)) await fill(at, input, 100, { partition, from: 100 * partition })
      const network = dialler()
      const older = network.interfere
      let commits = 0
      network.interfere = (request, port) => {
        if (request.api.name === 'EndTxn' && ++commits % 3 === 2) return 'answer lost'
        return older(request, port)
      }
      const client = at.client({ reconnectBackoffMs: 10, retryBackoffMs: 10 }, { dialler: network })
      await using source = at.member(at.name('group'), { enableAutoCommit: false, maxPollRecords: 30, ...committed }, client)
      source.subscribe([input])
      await using sink = client.producer({ transactionalId: at.name('id') })
      const stop = new AbortController()
      const done = new Set<string>()
      let bodies = 0
      const copying = readProcessWrite(
        source,
        sink,
        async (batches, transaction) => {
          const fails = ++bodies % 4 === 2
          for (const batch of batches)
            for (const { value } of batch) {
              const word = text(value)
              assert(word !== null)
              void transaction.send(output, { value: word })
              if (!fails) done.add(word)
            }
          await Promise.resolve()
          if (fails) throw new Error('the body failed')
        },
        { signal: AbortSignal.any([stop.signal, at.signal]) },
      )
      void copying.catch(() => undefined)
      const read: string[] = []
      await using check = at.consumer(committed)
      check.assign(partitionsOf(output, 2))
      for await (const { value } of check.records({ signal: at.signal })) {
        read.push(text(value) ?? '')
        if (new Set(read).size === 200) break
      }
      stop.abort()
      await copying
      assert.equal(done.size, 200)
      assert.deepEqual(
        read.toSorted((a, b) => Number(a) - Number(b)),
        range(200).map(String),
      )
    },
    need,
    'generations in transactions',
  ),

  scenario(
    `${version}: a transaction that takes too long is ended by the broker, and its producer can go on or must be made anew`,
    async (at) => {
      const topic = await at.topic('expired')
      const transactionalId = at.name('id')
      const producer = at.client({}, { dialler: dialler() }).producer({ transactionalId, transactionTimeoutMs: 1000 })
      await producer.initTransactions()
      producer.beginTransaction()
      await producer.send(topic, { value: 'too slow' })
      await using admin = at.admin()
      // The broker looks for such transactions every ten seconds, and writes behind the record that they are over.
      const end = { topic, partition: 0, at: 'latest' } as const
      await until(at, 'the broker has ended it', async () => (await admin.listOffsets([end]).of(end)).offset === 2)
      await assert.rejects(
        (async () => {
          await producer.send(topic, { value: 'late' })
          await producer.commitTransaction()
        })(),
      )
      await producer.close().catch(() => undefined)
      await using next = at.client({}, { dialler: dialler() }).producer({ transactionalId })
      await next.transaction(async (transaction) => void (await transaction.send(topic, { value: 'again' })))
      assert.deepEqual(values(await readAll(at, topic, 1, 1, committed)), ['again'])
    },
    need,
  ),
])

export const transactions: Theme = {
  theme: 'transactions',
  scenarios: [
    ...ofBoth,

    scenario(
      'aborted records leak: two aborts of one producer among records of others, over many small answers',
      async (at) => {
        const topic = await at.topic('interleaved')
        const producers = range(3).map((i) => at.transactional(`t${i}`))
        await Promise.all(producers.map((producer) => producer.initTransactions()))
        await using plain = at.producer()
        const kept: string[] = []
        for (const round of range(6)) {
          for (const producer of producers) producer.beginTransaction()
          for (const i of range(4)) {
            for (const [p, producer] of producers.entries()) await producer.send(topic, { value: `${round}/${p}/${i}`.padEnd(300, '.') })
            await plain.send(topic, { value: `plain ${round}/${i}`.padEnd(300, '.') })
            kept.push(`plain ${round}/${i}`)
          }
          for (const [p, producer] of producers.entries()) {
            if ((round + p) % 2 === 0) await producer.abortTransaction()
            else {
              await producer.commitTransaction()
              kept.push(...range(4).map((i) => `${round}/${p}/${i}`))
            }
          }
        }
        const read = values(await readAll(at, topic, 1, kept.length, { ...committed, maxPartitionFetchBytes: 700, fetchMaxBytes: 700 }))
        assert.deepEqual(new Set(read.map((value) => value?.replace(/\.+$/, ''))), new Set(kept))
      },
      'transactions',
    ),

    scenario(
      'read_committed stops at the last stable offset: an open transaction hides what came behind it',
      async (at) => {
        const topic = await at.topic('open')
        await using open = at.transactional()
        await open.initTransactions()
        open.beginTransaction()
        await open.send(topic, { value: 'open' })
        await fill(at, topic, 3)
        const place = { topic, partition: 0 }
        await using consumer = at.consumer(committed)
        consumer.assign([place])
        assert.deepEqual(await consumer.poll(300), [])
        assert.equal((await consumer.endOffsets([place]))[0]?.offset, 0)
        await open.commitTransaction()
        assert.deepEqual(values(await take(at, consumer, 4)), ['open', '0', '1', '2'])
        assert.equal((await consumer.endOffsets([place]))[0]?.offset, 5)
      },
      'transactions',
    ),

    scenario(
      'calls in the wrong order say which state the producer is in',
      async (at) => {
        const topic = await at.topic('order')
        await using producer = at.transactional()
        assert.throws(() => producer.beginTransaction(), { code: 'ODRADEK_STATE' })
        await assert.rejects(async () => producer.send(topic, { value: 'v' }), { code: 'ODRADEK_STATE' })
        await producer.initTransactions()
        await assert.rejects(async () => producer.send(topic, { value: 'v' }), { code: 'ODRADEK_STATE' })
        await assert.rejects(producer.commitTransaction(), { code: 'ODRADEK_STATE' })
        producer.beginTransaction()
        assert.throws(() => producer.beginTransaction(), { code: 'ODRADEK_STATE' })
        await producer.send(topic, { value: 'v' })
        await producer.commitTransaction()
        producer.beginTransaction()
        await producer.commitTransaction()
        assert.deepEqual(values(await readAll(at, topic, 1, 1, committed)), ['v'])
      },
      'transactions',
    ),

    scenario(
      'an error that only an abort can mend leaves the producer usable',
      async (at) => {
        const topic = await at.topic('abortable', 1, { config: { 'max.message.bytes': 1000 } })
        const transactionalId = at.name('id')
        await using producer = at.kafka.producer({ transactionalId })
        await producer.initTransactions()
        producer.beginTransaction()
        await producer.send(topic, { value: 'dropped' })
        await assert.rejects(async () => producer.send(topic, { value: 'x'.repeat(5000) }), { code: 'MESSAGE_TOO_LARGE' })
        await assert.rejects(producer.commitTransaction())
        if (at.has('a new epoch after a failed transaction')) {
          await producer.abortTransaction()
          producer.beginTransaction()
          await producer.send(topic, { value: 'kept' })
          await producer.commitTransaction()
        } else {
          // The sequence of the refused batch is missing, and only another epoch would let the partition begin anew.
          await assert.rejects(producer.abortTransaction(), { code: 'MESSAGE_TOO_LARGE', fatal: true, hint: /before 2\.5/ })
          await producer.close().catch(() => undefined)
          await using next = at.kafka.producer({ transactionalId })
          await next.transaction(async (transaction) => void (await transaction.send(topic, { value: 'kept' })))
        }
        assert.deepEqual(values(await readAll(at, topic, 1, 1, committed)), ['kept'])
      },
      'transactions',
    ),

    scenario(
      'a coordinator that is busy, loading or elsewhere is asked again',
      async (at) => {
        const topic = await at.topic('busy')
        const asked = new Map<string, number>()
        const dialler = new InterferingDialler(({ api }) => {
          if (!['InitProducerId', 'EndTxn', 'AddPartitionsToTxn'].includes(api.name)) return undefined
          const count = (asked.get(api.name) ?? 0) + 1
          asked.set(api.name, count)
          const reason = (['CONCURRENT_TRANSACTIONS', 'NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS'] as const)[count - 1]
          if (reason === undefined || api.name === 'AddPartitionsToTxn') return undefined
          const answer = { errorCode: errorCode(reason), producerId: -1, producerEpoch: -1 }
          return api.name === 'InitProducerId' ? answering(InitProducerId, answer) : answering(EndTxn, answer)
        })
        await using producer = at.client({ retryBackoffMs: 10 }, { dialler }).producer({ transactionalId: at.name('id') })
        await producer.transaction(async (transaction) => void (await transaction.send(topic, { value: 'v' })))
        assert.equal(asked.get('InitProducerId'), 4)
        assert.equal(asked.get('EndTxn'), 4)
        assert.deepEqual(values(await readAll(at, topic, 1, 1, committed)), ['v'])
      },
      'transactions',
    ),
  ],
}
