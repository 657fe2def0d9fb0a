import assert from 'node:assert/strict'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { OffsetCommit, OffsetFetch } from '@odradek/protocol/messages'
import { fill, partitionsOf, range, seen, take, until, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'
import { changing, InterferingDialler } from '../wire/interference.ts'
import { Crowd } from './crowd.ts'

export const commits: Theme = {
  theme: 'commits',
  scenarios: [
    scenario('what a loop had processed is committed behind it; the record in hand comes again', async (at) => {
      const topic = await at.topic('behind')
      await fill(at, topic, 10)
      const groupId = at.name('group')
      {
        await using consumer = at.member(groupId)
        consumer.subscribe([topic])
        for await (const { offset } of consumer.records({ signal: at.signal })) if (offset === 5) break
      }
      await using next = at.member(groupId)
      next.subscribe([topic])
      assert.deepEqual(values(await take(at, next, 5)), ['5', '6', '7', '8', '9'])
    }),

    scenario('a batch commits its end, also while the next one is read', async (at) => {
      const topic = await at.topic('batch')
      await fill(at, topic, 100)
      const groupId = at.name('group')
      await using consumer = at.member(groupId, { enableAutoCommit: false, maxPollRecords: 20 })
      consumer.subscribe([topic])
      for await (const batch of consumer.batches({ signal: at.signal })) {
        await batch.commit()
        const [committed] = await consumer.committed([{ topic, partition: 0 }])
        assert.equal(committed?.offset, batch.nextOffset)
        if (batch.nextOffset === 100) break
      }
    }),

    scenario('without auto commit nothing is committed that nobody asked for', async (at) => {
      const topic = await at.topic('by-hand')
      await fill(at, topic, 10)
      const groupId = at.name('group')
      const place = { topic, partition: 0 }
      {
        await using consumer = at.member(groupId, { enableAutoCommit: false })
        consumer.subscribe([topic])
        await take(at, consumer, 10)
      }
      {
        await using consumer = at.member(groupId, { enableAutoCommit: false })
        assert.deepEqual(await consumer.committed([place]), [undefined])
        consumer.subscribe([topic])
        await take(at, consumer, 10)
        await consumer.commit()
        // Nine were followed by a request for the next one; the tenth is in hand.
        assert.equal((await consumer.committed([place]))[0]?.offset, 9)
        await consumer.commit([{ ...place, offset: 3, metadata: 'by hand' }])
        const [committed] = await consumer.committed([place])
        assert.deepEqual([committed?.offset, committed?.metadata], [3, 'by hand'])
      }
      await using again = at.member(groupId)
      again.subscribe([topic])
      assert.equal((await take(at, again, 1))[0]?.offset, 3)
    }),

    scenario('auto commit goes by time, while the loop runs', async (at) => {
      const topic = await at.topic('timer')
      await fill(at, topic, 10)
      const groupId = at.name('group')
      await using consumer = at.member(groupId, { autoCommitIntervalMs: 100 })
      consumer.subscribe([topic])
      const waiting = (async () => {
        const stop = new AbortController()
        void until(at, 'the commit is there', async () => {
          await using other = at.consumer({ groupId })
          return (await other.committed([{ topic, partition: 0 }]))[0]?.offset === 10
        }).then(() => stop.abort())
        for await (const record of consumer.records({ signal: AbortSignal.any([stop.signal, at.signal]) })) assert.ok(record.offset < 10)
        assert.ok(stop.signal.aborted)
      })()
      await waiting
    }),

    scenario('auto commit before processing: killed in the handler, the record comes again', async (at) => {
      const topic = await at.topic('killed')
      await fill(at, topic, 10)
      const groupId = at.name('group')
      const dialler = new InterferingDialler()
      const doomed = at.member(groupId, { autoCommitIntervalMs: 50 }, at.client({}, { dialler }))
      doomed.subscribe([topic])
      for await (const { offset } of doomed.records({ signal: at.signal })) {
        if (offset !== 4) continue
        await until(at, 'a commit went by', async () => {
          await using other = at.consumer({ groupId })
          return (await other.committed([{ topic, partition: 0 }]))[0]?.offset === 4
        })
        dialler.blackOut()
        break
      }
      await using heir = at.member(groupId)
      heir.subscribe([topic])
      assert.equal((await take(at, heir, 1))[0]?.offset, 4)
      await doomed.close({ timeoutMs: 100 }).catch(() => undefined)
    }),

    scenario("offsets of a consumer without a group are nobody's: commit says what is missing", async (at) => {
      const topic = await at.topic('no-group')
      await fill(at, topic, 1)
      await using consumer = at.consumer()
      consumer.assign(partitionsOf(topic, 1))
      await take(at, consumer, 1)
      await assert.rejects(consumer.commit(), (error: unknown) => error instanceof Error && /group\.?id/i.test(error.message))
    }),

    scenario('a consumer that assigns itself commits to its group and goes on from there', async (at) => {
      const topic = await at.topic('assign-commit', 2)
      for (const partition of range(2)) await fill(at, topic, 10, { partition })
      const groupId = at.name('group')
      {
        await using consumer = at.consumer({ groupId, enableAutoCommit: false })
        consumer.assign(partitionsOf(topic, 2))
        await consumer.commit([{ topic, partition: 0, offset: 7 }])
      }
      await using consumer = at.consumer({ groupId })
      consumer.assign(partitionsOf(topic, 2))
      assert.deepEqual(await Promise.all(partitionsOf(topic, 2).map((place) => consumer.position(place))), [7, 0])
    }),

    scenario('many commits at once: an older offset never overwrites a newer one', async (at) => {
      const topic = await at.topic('overtaking')
      await fill(at, topic, 1)
      const groupId = at.name('group')
      const place = { topic, partition: 0 }
      await using consumer = at.consumer({ groupId, enableAutoCommit: false })
      consumer.assign([place])
      await Promise.all(range(100).map((i) => consumer.commit([{ ...place, offset: i }])))
      assert.equal((await consumer.committed([place]))[0]?.offset, 99)
    }),

    scenario(
      'fetch before committed offsets are known: OffsetFetch fails and comes late in a rebalance, nothing is re-read or skipped',
      async (at) => {
        const topic = await at.topic('offset-fetch')
        await fill(at, topic, 20)
        const groupId = at.name('group')
        await using first = at.consumer({ groupId, enableAutoCommit: false })
        first.assign(partitionsOf(topic, 1))
        await first.commit([{ topic, partition: 0, offset: 12 }])
        const reasons: ErrorName[] = ['COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE']
        const go = seen()
        let asked = 0
        const dialler = new InterferingDialler(({ api }) => {
          if (api.name !== 'OffsetFetch') return undefined
          const reason = reasons[asked++]
          if (reason === undefined) return asked === 4 ? { after: go.happened } : undefined
          const code = errorCode(reason)
          return changing(OffsetFetch, (answer) =>
            answer.groups.length > 0
              ? { ...answer, groups: answer.groups.map((group) => ({ ...group, errorCode: code, topics: [] })) }
              : { ...answer, errorCode: code, topics: [] },
          )
        })
        await using consumer = at.member(groupId, { retryBackoffMs: 10 }, at.client({}, { dialler }))
        consumer.subscribe([topic])
        const next = take(at, consumer, 3)
        await until(at, 'OffsetFetch was asked four times', () => asked >= 4)
        go.happen()
        assert.deepEqual(values(await next), ['12', '13', '14'])
      },
    ),

    scenario('commit in a rebalance drops the new generation: ILLEGAL_GENERATION while joining keeps the assignment', async (at) => {
      const topic = await at.topic('illegal', 2)
      for (const partition of range(2)) await fill(at, topic, 50, { partition })
      const groupId = at.name('group')
      let refuse = false
      const dialler = new InterferingDialler(({ api }) => {
        if (api.name !== 'OffsetCommit' || !refuse) return undefined
        refuse = false
        return changing(OffsetCommit, (answer) => ({
          ...answer,
          topics: answer.topics.map((each) => ({
            ...each,
            partitions: each.partitions.map((partition) => ({ ...partition, errorCode: errorCode('ILLEGAL_GENERATION') })),
          })),
        }))
      })
      await using first = at.member(groupId, { enableAutoCommit: false }, at.client({}, { dialler }))
      first.subscribe([topic])
      await take(at, first, 1)
      await using second = at.member(groupId, { enableAutoCommit: false })
      await using crowd = new Crowd(at)
      refuse = true
      const outcome = first.commit().then(
        () => 'committed',
        (error: { readonly code?: string }) => error.code ?? '',
      )
      crowd.add(second, [topic])
      crowd.add(first)
      await crowd.until(100)
      await until(at, 'each has one', () => first.assignment().length === 1 && second.assignment().length === 1)
      assert.ok(['committed', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID'].includes(await outcome), await outcome)
    }),

    scenario('a commit of a partition that is not ours is refused with the reason', async (at) => {
      const topic = await at.topic('foreign', 1)
      await fill(at, topic, 1)
      await using consumer = at.member(at.name('group'), { enableAutoCommit: false })
      consumer.subscribe([topic])
      await take(at, consumer, 1)
      await assert.rejects(consumer.commit([{ topic: at.name('nowhere'), partition: 0, offset: 1 }]))
    }),
  ],
}
