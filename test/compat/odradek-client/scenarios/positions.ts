import assert from 'node:assert/strict'
import type { ConsumerOptions } from '@odradek/client'
import { fill, partitionsOf, range, take, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'

export const positions: Theme = {
  theme: 'positions',
  scenarios: [
    scenario('seek goes anywhere, also within a loop, and what was fetched before is dropped', async (at) => {
      const topic = await at.topic('seek')
      await fill(at, topic, 100)
      const place = { topic, partition: 0 }
      await using consumer = at.consumer({ maxPollRecords: 5 })
      consumer.assign([place])
      consumer.seek({ ...place, offset: 50 })
      assert.deepEqual(values(await take(at, consumer, 3)), ['50', '51', '52'])
      const read: (string | null)[] = []
      for await (const record of consumer.records({ signal: at.signal })) {
        read.push(...values([record]))
        if (read.length === 2) consumer.seek({ ...place, offset: 10 })
        if (read.length === 4) break
      }
      assert.deepEqual(read.slice(2), ['10', '11'])
      consumer.seekToEnd([place])
      assert.equal(await consumer.position(place), 100)
      consumer.seekToBeginning([place])
      assert.equal(await consumer.position(place), 0)
      assert.deepEqual(values(await take(at, consumer, 1)), ['0'])
    }),

    scenario('position is the next record to be handed over', async (at) => {
      const topic = await at.topic('position')
      await fill(at, topic, 10)
      const place = { topic, partition: 0 }
      await using consumer = at.consumer()
      consumer.assign([place])
      assert.equal(await consumer.position(place), 0)
      const [batch] = await consumer.poll(5000)
      assert.equal(await consumer.position(place), batch?.nextOffset)
      assert.equal(consumer.lag(place), 10 - (batch?.nextOffset ?? 0))
      await assert.rejects(consumer.position({ topic, partition: 1 }), { code: 'ODRADEK_STATE' })
    }),

    scenario('auto.offset.reset: earliest, latest, none, and by duration', async (at) => {
      const topic = await at.topic('reset')
      const place = { topic, partition: 0 }
      const hour = 3600_000
      await using producer = at.producer()
      for (const hours of [5, 3, 1]) await producer.send(topic, { value: `${hours}h`, timestamp: Date.now() - hours * hour })
      const first = async (autoOffsetReset: NonNullable<ConsumerOptions['autoOffsetReset']>): Promise<number> => {
        await using consumer = at.consumer({ autoOffsetReset })
        consumer.assign([place])
        return await consumer.position(place)
      }
      assert.equal(await first('earliest'), 0)
      assert.equal(await first('latest'), 3)
      assert.equal(await first('by_duration:PT4H'), 1)
      assert.equal(await first('by_duration:PT30M'), 3)
      await using consumer = at.consumer({ autoOffsetReset: 'none' })
      consumer.assign([place])
      await assert.rejects(take(at, consumer, 1), { code: 'ODRADEK_NO_OFFSET' })
      consumer.seek({ ...place, offset: 2 })
      assert.deepEqual(values(await take(at, consumer, 1)), ['1h'])
    }),

    scenario('offsets are asked for by time, beginning and end', async (at) => {
      const topic = await at.topic('times', 3)
      const [t0, minute] = [1_790_000_000_000, 60_000]
      await using producer = at.producer()
      for (const i of range(10)) await producer.send(topic, { value: String(i), partition: 1, timestamp: t0 + i * minute })
      await using consumer = at.consumer()
      const answers = await consumer.offsetsForTimes([
        { topic, partition: 1, timestamp: t0 + 3 * minute + 1 },
        { topic, partition: 0, timestamp: t0 },
      ])
      assert.deepEqual(
        answers.map((answer) => answer && [answer.offset, answer.timestamp]),
        [[4, t0 + 4 * minute], undefined],
      )
      const offsets = (found: readonly { readonly partition: number; readonly offset: number }[]): readonly number[] =>
        found.map(({ offset }) => offset)
      assert.deepEqual(offsets(await consumer.beginningOffsets(partitionsOf(topic, 3))), [0, 0, 0])
      assert.deepEqual(offsets(await consumer.endOffsets(partitionsOf(topic, 3))), [0, 10, 0])
      await using admin = at.admin()
      await admin.deleteRecords([{ topic, partition: 1, beforeOffset: 4 }])
      assert.deepEqual(offsets(await consumer.beginningOffsets(partitionsOf(topic, 3))), [0, 4, 0])
    }),

    scenario("a position that the broker no longer has is reset, or is the user's to decide", async (at) => {
      const topic = await at.topic('deleted')
      await fill(at, topic, 100)
      const place = { topic, partition: 0 }
      await using admin = at.admin()
      await admin.deleteRecords([{ ...place, beforeOffset: 60 }])
      await using earliest = at.consumer()
      earliest.assign([place])
      earliest.seek({ ...place, offset: 5 })
      assert.deepEqual(values(await take(at, earliest, 2)), ['60', '61'])
      await using none = at.consumer({ autoOffsetReset: 'none' })
      none.assign([place])
      none.seek({ ...place, offset: 5 })
      await assert.rejects(take(at, none, 1), (error: unknown) => {
        assert(error instanceof Error && 'code' in error)
        assert.ok(['OFFSET_OUT_OF_RANGE', 'ODRADEK_NO_OFFSET'].includes(String(error.code)), String(error.code))
        assert.match(error.message, new RegExp(topic))
        return true
      })
      none.seek({ ...place, offset: 99 })
      assert.deepEqual(values(await take(at, none, 1)), ['99'])
    }),

    scenario('a topic deleted and created anew is read from its beginning', async (at) => {
      const topic = await at.topic('anew')
      await fill(at, topic, 10)
      // One that asks for a deleted topic would create it.
      await using consumer = at.consumer({ metadataMaxAgeMs: 300, allowAutoCreateTopics: false })
      consumer.assign([{ topic, partition: 0 }])
      assert.equal((await take(at, consumer, 10)).length, 10)
      await using admin = at.admin()
      await admin.deleteTopics([topic])
      for (;;) {
        const outcome = (await admin.createTopics([at.newTopic(topic)]).settled()).get(topic)
        if (outcome?.ok === true) break
        if (outcome?.error.code !== 'TOPIC_ALREADY_EXISTS' || at.signal.aborted) throw outcome?.error ?? new Error('not created')
      }
      await fill(at, topic, 3, { from: 100 })
      const read: (string | null)[] = []
      for await (const record of consumer.records({ signal: at.signal })) {
        read.push(...values([record]))
        if (read.at(-1) === '102') break
      }
      assert.deepEqual(read.slice(-3), ['100', '101', '102'])
    }),
  ],
}
