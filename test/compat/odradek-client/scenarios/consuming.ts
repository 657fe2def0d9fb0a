import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { json, nullable, string, topic as topicOf } from '@odradek/client'
import { bytes, fill, partitionsOf, range, readAll, seen, take, text, until, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'

/** Names of topics are made by the run; to the type checker they are those of a program. */
function countsAs<const N extends string>(name: string, _word: N): asserts name is N {
  assert.notEqual(name, '')
}

export const consuming: Theme = {
  theme: 'consuming',
  scenarios: [
    scenario('records come one by one, in the order of their offsets, from all partitions', async (at) => {
      const topic = await at.topic('records', 3)
      for (const partition of range(3)) await fill(at, topic, 1000, { partition })
      const read = await readAll(at, topic, 3, 3000)
      for (const partition of range(3)) {
        const those = read.filter((record) => record.partition === partition)
        assert.deepEqual(
          those.map(({ offset }) => offset),
          range(1000),
        )
        assert.deepEqual(values(those), range(1000).map(String))
      }
    }),

    scenario('batches are of one partition, at most max.poll.records long, and know where they end', async (at) => {
      const topic = await at.topic('batches', 2)
      for (const partition of range(2)) await fill(at, topic, 250, { partition })
      await using consumer = at.consumer({ maxPollRecords: 100 })
      consumer.assign(partitionsOf(topic, 2))
      const next = [0, 0]
      for await (const batch of consumer.batches({ signal: at.signal })) {
        assert.ok(batch.count > 0 && batch.count <= 100)
        assert.equal(batch.topic, topic)
        assert.equal(batch.firstOffset, next[batch.partition])
        assert.equal([...batch].length, batch.count)
        assert.equal(batch.nextOffset, batch.firstOffset + batch.count)
        assert.equal(batch.highWatermark, 250)
        assert.equal(batch.lag, 250 - batch.nextOffset)
        assert.equal(batch.signal.aborted, false)
        next[batch.partition] = batch.nextOffset
        if (next.every((offset) => offset === 250)) break
      }
    }),

    scenario('a cursor goes over a batch with one object, and what was detached stays', async (at) => {
      const topic = await at.topic('cursor')
      await fill(at, topic, 100)
      await using consumer = at.consumer()
      consumer.assign(partitionsOf(topic, 1))
      const kept: { readonly value: Uint8Array | null }[] = []
      const seenValues: (string | null)[] = []
      for await (const batch of consumer.batches({ signal: at.signal })) {
        for (const record of batch.cursor()) {
          seenValues.push(text(record.value))
          if (record.offset % 10 === 0) kept.push(record.detach())
        }
        if (seenValues.length === 100) break
      }
      assert.deepEqual(seenValues, range(100).map(String))
      assert.deepEqual(
        kept.map(({ value }) => text(value)),
        range(10).map((i) => String(10 * i)),
      )
    }),

    scenario('poll gives what is there, at most max.poll.records in all, and nothing after its time', async (at) => {
      const topic = await at.topic('poll', 3)
      for (const partition of range(3)) await fill(at, topic, 100, { partition })
      await using consumer = at.consumer({ maxPollRecords: 120 })
      consumer.assign(partitionsOf(topic, 3))
      let count = 0
      while (count < 300) {
        const batches = await consumer.poll(5000)
        const inAll = batches.reduce((sum, batch) => sum + batch.count, 0)
        assert.ok(inAll <= 120)
        count += inAll
      }
      assert.equal(count, 300)
      assert.deepEqual(await consumer.poll(50), [])
    }),

    scenario('a record that comes while one waits is delivered at once', async (at) => {
      const topic = await at.topic('live')
      await using consumer = at.consumer({ fetchMaxWaitMs: 20_000 })
      consumer.assign(partitionsOf(topic, 1))
      const next = take(at, consumer, 3)
      await using producer = at.producer()
      for (const i of range(3)) await producer.send(topic, { value: String(i) })
      assert.deepEqual(values(await next), ['0', '1', '2'])
    }),

    scenario("a consumer of several typed topics gets a union that the topic's name tells apart", async (at) => {
      const [first, second] = [await at.topic('orders'), await at.topic('payments')]
      countsAs(first, 'orders')
      countsAs(second, 'payments')
      const orders = topicOf(first, { key: string, value: json<{ readonly id: string; readonly total: number }>() })
      const payments = topicOf(second, { key: string, value: nullable(json<{ readonly paid: boolean }>()) })
      await using producer = at.producer()
      await producer.send(orders, { key: 'c1', value: { id: 'o1', total: 3 } })
      await producer.send(payments, { key: 'c1', value: { paid: true } })
      await producer.send(payments, { key: 'c1', value: null })
      await using consumer = at.consumer({ groupId: at.name('group'), groupProtocol: 'classic', topics: [orders, payments] })
      const totals: number[] = []
      const paid: (boolean | undefined)[] = []
      for await (const record of consumer.records({ signal: at.signal })) {
        assert.equal(record.key, 'c1')
        if (record.topic === orders.name) totals.push(record.value.total)
        else paid.push(record.value?.paid)
        if (totals.length + paid.length === 3) break
      }
      assert.deepEqual([totals, paid], [[3], [true, undefined]])
    }),

    scenario('a pattern matches the topics that are there, and those that come later', async (at) => {
      const word = at.name('pattern')
      const first = await at.topic('other')
      await using admin = at.admin()
      await admin.createTopics([at.newTopic(`${word}-a`)])
      await fill(at, `${word}-a`, 1)
      await fill(at, first, 1)
      await using consumer = at.member(at.name('group'), { metadataMaxAgeMs: 200 })
      consumer.subscribe(new RegExp(`^${word}-`))
      assert.deepEqual(
        (await take(at, consumer, 1)).map(({ topic }) => topic),
        [`${word}-a`],
      )
      await admin.createTopics([at.newTopic(`${word}-b`)])
      await fill(at, `${word}-b`, 1)
      // The first was in hand when the loop ended, so it comes again.
      const topics = new Set<string>()
      for await (const record of consumer.records({ signal: at.signal })) {
        topics.add(record.topic)
        if (topics.size === 2) break
      }
      assert.deepEqual([...topics].toSorted(), [`${word}-a`, `${word}-b`])
      assert.deepEqual([...consumer.subscription()].toSorted(), [`${word}-a`, `${word}-b`])
      await consumer.close()
      await admin.deleteTopics([`${word}-a`, `${word}-b`])
    }),

    scenario('a record larger than every fetch limit comes, and those behind it', async (at) => {
      const topic = await at.topic('large')
      await using producer = at.producer()
      for (const value of [Buffer.alloc(300_000, 'a'), Buffer.alloc(300_000, 'b'), bytes('c')]) await producer.send(topic, { value })
      const read = await readAll(at, topic, 1, 3, { maxPartitionFetchBytes: 1024, fetchMaxBytes: 1024 })
      assert.deepEqual(
        read.map(({ value }) => value?.length),
        [300_000, 300_000, 1],
      )
    }),

    scenario('back-pressure all or nothing: one partition paused with a backlog, the others flow', async (at) => {
      const topic = await at.topic('paused', 3)
      for (const partition of range(3)) await fill(at, topic, 300, { partition })
      await using consumer = at.consumer({ maxPollRecords: 50, prefetchMaxBytes: 20_000, maxPartitionFetchBytes: 5000 })
      consumer.assign(partitionsOf(topic, 3))
      consumer.pause([{ topic, partition: 1 }])
      assert.deepEqual(consumer.paused(), [{ topic, partition: 1 }])
      const counts = [0, 0, 0]
      for await (const batch of consumer.batches({ signal: at.signal })) {
        counts[batch.partition] = (counts[batch.partition] ?? 0) + batch.count
        if (counts[1] === 0 && counts[0] === 300 && counts[2] === 300) consumer.resume([{ topic, partition: 1 }])
        else if (counts[1] !== 0) assert.deepEqual([counts[0], counts[2]], [300, 300])
        if (counts.every((count) => count === 300)) break
      }
      assert.deepEqual(consumer.paused(), [])
    }),

    scenario('a paused partition keeps what it had buffered: nothing is lost or read again', async (at) => {
      const topic = await at.topic('pause-resume')
      await fill(at, topic, 200)
      await using consumer = at.consumer({ maxPollRecords: 10 })
      consumer.assign(partitionsOf(topic, 1))
      const read: (string | null)[] = []
      for await (const batch of consumer.batches({ signal: at.signal })) {
        read.push(...[...batch].map(({ value }) => text(value)))
        if (read.length === 200) break
        consumer.pause([{ topic, partition: 0 }])
        consumer.resume([{ topic, partition: 0 }])
      }
      assert.deepEqual(read, range(200).map(String))
    }),

    scenario('an iterator ends when its signal says so, without an error', async (at) => {
      const topic = await at.topic('signal')
      await fill(at, topic, 10)
      await using consumer = at.consumer()
      consumer.assign(partitionsOf(topic, 1))
      const stop = new AbortController()
      const read: number[] = []
      for await (const { offset } of consumer.records({ signal: stop.signal })) {
        read.push(offset)
        if (read.length === 10) stop.abort()
      }
      assert.deepEqual(read, range(10))
      // And one that waits for records that never come.
      const idle = new AbortController()
      const over = (async () => {
        for await (const record of consumer.records({ signal: idle.signal })) assert.fail(`record ${record.offset}`)
      })()
      idle.abort()
      await over
    }),

    scenario('two loops over one consumer: the second is refused, the first goes on', async (at) => {
      const topic = await at.topic('two-loops')
      await fill(at, topic, 2)
      await using consumer = at.consumer()
      consumer.assign(partitionsOf(topic, 1))
      const first = consumer.records({ signal: at.signal })[Symbol.asyncIterator]()
      assert.equal((await first.next()).done, false)
      await assert.rejects(take(at, consumer, 1), { code: 'ODRADEK_STATE' })
      assert.equal((await first.next()).done, false)
      await first.return?.()
    }),

    scenario('another assignment takes the place of the first, at the positions of its own', async (at) => {
      const topic = await at.topic('reassigned', 2)
      for (const partition of range(2)) await fill(at, topic, 5, { partition, from: 10 * partition })
      await using consumer = at.consumer()
      consumer.assign([{ topic, partition: 0 }])
      assert.deepEqual(values(await take(at, consumer, 2)), ['0', '1'])
      consumer.assign([{ topic, partition: 1 }])
      assert.deepEqual(consumer.assignment(), [{ topic, partition: 1 }])
      assert.deepEqual(
        values(await take(at, consumer, 5)),
        range(5).map((i) => String(10 + i)),
      )
    }),

    scenario(
      'partition handled twice at once: run handles one record of a partition after the other, and partitions beside each other',
      async (at) => {
        const topic = await at.topic('run', 3)
        for (const partition of range(3)) await fill(at, topic, 100, { partition })
        await using consumer = at.member(at.name('group'))
        consumer.subscribe([topic])
        const stop = new AbortController()
        const busy = new Set<number>()
        const next = [0, 0, 0]
        let together = 0
        await consumer.run(
          async ({ partition, offset }) => {
            assert.ok(!busy.has(partition), 'two records of one partition at once')
            assert.equal(offset, next[partition])
            busy.add(partition)
            together = Math.max(together, busy.size)
            await new Promise((resolve) => setImmediate(resolve))
            busy.delete(partition)
            next[partition] = offset + 1
            if (next.every((done) => done === 100)) stop.abort()
          },
          { signal: AbortSignal.any([stop.signal, at.signal]), concurrency: 3 },
        )
        assert.ok(together > 1)
      },
    ),

    scenario('slow topic blocks: while the handlers of one topic wait, those of another go on', async (at) => {
      const [slow, quick] = [await at.topic('slow', 2), await at.topic('quick', 2)]
      for (const partition of range(2)) {
        await fill(at, slow, 5, { partition })
        await fill(at, quick, 100, { partition })
      }
      await using consumer = at.member(at.name('group'))
      consumer.subscribe([slow, quick])
      const stop = new AbortController()
      const go = seen()
      const handled = { [slow]: 0, [quick]: 0 }
      await consumer.run(
        async ({ topic }) => {
          if (topic === slow) await go.happened
          handled[topic] = (handled[topic] ?? 0) + 1
          if (handled[quick] === 200) go.happen()
          if (handled[quick] === 200 && handled[slow] === 10) stop.abort()
        },
        { signal: AbortSignal.any([stop.signal, at.signal]) },
      )
      assert.deepEqual(handled, { [slow]: 10, [quick]: 200 })
    }),

    scenario('run in the order of keys handles many at once, and each key in order', async (at) => {
      const topic = await at.topic('keys')
      await using producer = at.producer()
      for (const i of range(300)) void producer.send(topic, { key: `k${i % 10}`, value: String(i) })
      await producer.flush()
      await using consumer = at.member(at.name('group'))
      consumer.subscribe([topic])
      const stop = new AbortController()
      const handled: number[] = []
      const last = new Map<string, number>()
      let busy = 0
      let together = 0
      await consumer.run(
        async ({ key, value }) => {
          const [name, i] = [text(key) ?? '', Number(text(value))]
          together = Math.max(together, ++busy)
          for (let turns = i % 7; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
          busy--
          assert.ok(i > (last.get(name) ?? -1))
          last.set(name, i)
          handled.push(i)
          if (handled.length === 300) stop.abort()
        },
        { order: 'key', concurrency: 8, signal: AbortSignal.any([stop.signal, at.signal]) },
      )
      assert.ok(together > 3, `${together} at once`)
      assert.deepEqual(
        handled.toSorted((a, b) => a - b),
        range(300),
      )
    }),

    scenario('run without order commits the lowest offset that is not finished', async (at) => {
      const topic = await at.topic('no-order')
      await fill(at, topic, 20)
      const groupId = at.name('group')
      await using consumer = at.member(groupId)
      consumer.subscribe([topic])
      const stuck = seen()
      const stop = new AbortController()
      let handled = 0
      const over = consumer.run(
        async ({ offset }, signal) => {
          if (offset === 7) {
            await Promise.race([stuck.happened, new Promise((resolve) => signal.addEventListener('abort', resolve))])
            throw new Error('the seventh was never finished')
          }
          if (++handled === 19) stop.abort()
        },
        { order: 'none', concurrency: 16, signal: stop.signal, onError: () => 'fail' },
      )
      await until(at, 'all but one are handled', () => handled === 19)
      stuck.happen()
      await over.catch(() => undefined)
      await consumer.close()
      await using again = at.member(groupId)
      const [committed] = await again.committed([{ topic, partition: 0 }])
      assert.equal(committed?.offset, 7)
    }),

    scenario(
      'error replays others: a handler that fails is asked again, skipped, or ends run, and no other partition notices',
      async (at) => {
        const topic = await at.topic('errors', 3)
        for (const partition of range(3)) await fill(at, topic, 20, { partition })
        await using consumer = at.member(at.name('group'))
        consumer.subscribe([topic])
        const stop = new AbortController()
        const tries = new Map<string, number>()
        const attempts: number[] = []
        await consumer.run(
          async ({ partition, offset }) => {
            const name = `${partition}/${offset}`
            tries.set(name, (tries.get(name) ?? 0) + 1)
            if (name === '1/5' && (tries.get(name) ?? 0) < 3) throw new Error('again')
            if (name === '2/9') throw new Error('never')
            if (tries.size === 60 && [...tries.keys()].length === 60) stop.abort()
          },
          {
            signal: AbortSignal.any([stop.signal, at.signal]),
            concurrency: 3,
            onError: (_error, record, attempt) => {
              if (record.partition === 2) return 'skip'
              attempts.push(attempt)
              return { retryAfterMs: 5 }
            },
          },
        )
        assert.equal(tries.size, 60)
        assert.equal(tries.get('1/5'), 3)
        assert.deepEqual(attempts, [1, 2])
        assert.ok([...tries].every(([name, count]) => count === (name === '1/5' ? 3 : 1)))
      },
    ),

    scenario("run ends with the handler's error when nobody says otherwise, and the record comes again", async (at) => {
      const topic = await at.topic('fail')
      await fill(at, topic, 10)
      const groupId = at.name('group')
      {
        await using consumer = at.member(groupId)
        consumer.subscribe([topic])
        await assert.rejects(
          consumer.run(({ offset }) => {
            if (offset === 4) throw new Error('the fifth')
          }),
          (error: unknown) => error instanceof Error && `${error.message} ${String(error.cause)}`.includes('the fifth'),
        )
      }
      await using again = at.member(groupId)
      again.subscribe([topic])
      assert.equal((await take(at, again, 1))[0]?.offset, 4)
    }),

    scenario('a value that cannot be read fails where it is looked at, with its bytes, and the rest of its batch is read', async (at) => {
      const topic = await at.topic('unreadable')
      await using producer = at.producer()
      for (const value of ['{"a":1}', '{nonsense', '{"a":3}']) void producer.send(topic, { value })
      await producer.flush()
      const typed = topicOf(topic, { value: json<{ readonly a: number }>() })
      await using consumer = at.consumer({ topics: [typed] })
      consumer.assign(partitionsOf(topic, 1))
      const read: number[] = []
      for await (const record of consumer.records({ signal: at.signal })) {
        if (record.offset === 1) {
          assert.throws(() => record.value, { code: 'ODRADEK_DESERIALIZATION' })
          assert.equal(text(record.rawValue), '{nonsense')
        } else read.push(record.value.a)
        if (record.offset === 2) break
      }
      assert.deepEqual(read, [1, 3])
    }),
  ],
}
