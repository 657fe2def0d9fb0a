import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { DescribeGroups } from '@odradek/protocol/messages'
import { WireClient } from '@odradek/testing'
import type { Place } from '../place.ts'
import { fill, range, readAll, take, until, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'
import { ForeignMember, java, missing } from './foreign.ts'

/** Bytes of any length up to 100, others for each number. */
const key = (i: number): Buffer => {
  const block = createHash('shake256', { outputLength: 100 }).update(String(i)).digest()
  return block.subarray(0, (block[99] ?? 0) % 100)
}

export const sameAnswers: Theme = {
  theme: 'same answers',
  scenarios: [
    scenario('10 000 random keys go to the partitions that Java sends them to', async (at) => {
      assert.equal(missing('java'), undefined)
      const topic = await at.topic('keys', 7)
      const keys = range(10_000).map(key)
      const expected = java(['partition', '7'], keys.map((bytes) => bytes.toString('hex')).join('\n')).map(Number)
      await using producer = at.producer()
      const sent = await Promise.all(keys.map((bytes) => producer.send(topic, { key: bytes, value: 'v' })))
      assert.deepEqual(
        sent.map(({ partition }) => partition),
        expected,
      )
    }),

    scenario('offsets committed by one are continued by the others', async (at) => {
      for (const language of ['java', 'librdkafka'] as const) assert.equal(missing(language), undefined)
      const topic = await at.topic('offsets')
      const groupId = at.name('group')
      const next = async (count: number, from: number): Promise<void> => fill(at, topic, count, { from })
      const expected = (from: number): readonly string[] => range(10).map((i) => `0@${from + i} ${from + i}`)
      for (const [turn, language] of (['java', 'librdkafka', 'java'] as const).entries()) {
        const from = 20 * turn
        await next(10, from)
        await using other = new ForeignMember(language, at.bootstrap, topic, { 'group.id': groupId, 'session.timeout.ms': 6000 })
        await until(at, `${language} has read ten: ${other.said}`, () => other.records.length >= 10)
        await other.stop()
        assert.deepEqual(other.records, expected(from))
        await next(10, from + 10)
        await using ours = at.member(groupId, { enableAutoCommit: false })
        ours.subscribe([topic])
        const read = await take(at, ours, 10)
        assert.deepEqual(
          values(read),
          range(10).map((i) => String(from + 10 + i)),
        )
        await ours.commit([{ topic, partition: 0, offset: from + 20 }])
      }
    }),

    ...(['range', 'roundrobin'] as const).map((assignor) =>
      scenario(`whoever leads the group, ours or Java, assigns the same bytes by ${assignor}`, async (at) => {
        assert.equal(missing('java'), undefined)
        const topic = await at.topic('leaders', 5)
        const strategy = `org.apache.kafka.clients.consumer.${assignor === 'range' ? 'RangeAssignor' : 'RoundRobinAssignor'}`
        const found: unknown[] = []
        for (const first of ['ours', 'java'] as const) {
          const groupId = at.name('group')
          const ours = at.member(groupId, { partitionAssignmentStrategy: [assignor], groupInstanceId: 'b' })
          let other: ForeignMember | undefined
          const startOurs = (): void => {
            ours.subscribe([topic])
            void take(at, ours, 1).catch(() => undefined)
          }
          const startJava = (): void => {
            other = new ForeignMember('java', at.bootstrap, topic, {
              'group.id': groupId,
              'group.instance.id': 'a',
              'partition.assignment.strategy': strategy,
              'session.timeout.ms': 6000,
              'heartbeat.interval.ms': 300,
            })
          }
          if (first === 'ours') startOurs()
          else startJava()
          await until(at, 'the first has all', () => ours.assignment().length === 5 || other?.assignment.length === 5)
          if (first === 'ours') startJava()
          else startOurs()
          await until(at, 'they share', () => ours.assignment().length === 2 && other?.assignment.length === 3)
          found.push(await assignmentsOf(at, groupId))
          await ours.close()
          await other?.[Symbol.asyncDispose]()
        }
        assert.deepEqual(found[0], found[1])
      }),
    ),

    scenario(
      'transactions of Java are read by us, and ours by Java',
      async (at) => {
        assert.equal(missing('java'), undefined)
        const topic = await at.topic('transactions')
        java(['transact', at.bootstrap, topic, at.name('java')])
        await using producer = at.transactional()
        await producer.initTransactions()
        for (const word of ['our commit 1', 'our abort', 'our commit 2']) {
          producer.beginTransaction()
          await producer.send(topic, { value: word })
          if (word.includes('abort')) await producer.abortTransaction()
          else await producer.commitTransaction()
        }
        const expected = ['java commit 1', 'java commit 2', 'our commit 1', 'our commit 2']
        assert.deepEqual(values(await readAll(at, topic, 1, 4, { isolationLevel: 'read_committed' })), expected)
        await using reader = new ForeignMember('java', at.bootstrap, topic, {
          'group.id': at.name('group'),
          'isolation.level': 'read_committed',
        })
        await until(at, `Java has read four: ${reader.said}`, () => reader.records.length === 4)
        assert.deepEqual(
          reader.records.map((line) => line.replace(/^\S+ /, '')),
          expected,
        )
      },
      'transactions',
    ),
  ],
}

/** Subscription and assignment of each member, by instance id, as the bytes that the coordinator keeps. */
async function assignmentsOf(at: Place, groupId: string): Promise<unknown> {
  const [host = '', port = ''] = at.bootstrap.split(',')[0]?.split(/:(?=\d+$)/) ?? []
  await using client = await WireClient.connect({ host, port: Number(port) })
  const { groups } = await client.call(DescribeGroups, { groups: [groupId], includeAuthorizedOperations: false }, 5)
  return groups[0]?.members
    .map(({ groupInstanceId, memberAssignment }) => [groupInstanceId, Buffer.from(memberAssignment).toString('hex')])
    .toSorted(([a], [b]) => String(a).localeCompare(String(b)))
}
