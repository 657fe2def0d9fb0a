import assert from 'node:assert/strict'
import { kafkajsRoundRobin } from '@odradek/client'
import type { Consumer } from '@odradek/client'
import type { Place } from '../place.ts'
import { fill, range, text, until } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'
import { ForeignMember, missing } from './foreign.ts'
import type { Language } from './foreign.ts'

const partitions = 6

/** Our member among others: reads until it is stopped, commits what it read. */
class OurMember {
  readonly consumer: Consumer
  readonly records: string[] = []
  readonly #stop = new AbortController()
  readonly #over: Promise<void>

  constructor(at: Place, consumer: Consumer, topic: string) {
    this.consumer = consumer
    consumer.subscribe([topic])
    this.#over = (async () => {
      for await (const { partition, offset, value } of consumer.records({ signal: AbortSignal.any([at.signal, this.#stop.signal]) })) {
        this.records.push(`${partition}@${offset} ${text(value)}`)
      }
    })()
  }

  get assignment(): readonly number[] {
    return this.consumer.assignment().map(({ partition }) => partition)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#over
    await this.consumer.close()
  }
}

const classic = (strategy: string) => ({
  'partition.assignment.strategy': strategy,
  'session.timeout.ms': 6000,
  'heartbeat.interval.ms': 300,
})
const javaAssignors = {
  range: 'org.apache.kafka.clients.consumer.RangeAssignor',
  roundrobin: 'org.apache.kafka.clients.consumer.RoundRobinAssignor',
  'cooperative-sticky': 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
} as const

/** Ours with one of each other language: all share, each in turn leaves, and at the end every record has come to somebody, once. */
async function shared(at: Place, others: readonly ForeignMember[], ours: OurMember, topic: string): Promise<void> {
  const members = [ours, ...others]
  try {
    const says = (): string => others.map(({ said }) => said).join('\n')
    const spread = (present: readonly (OurMember | ForeignMember)[]) => (): boolean => {
      const all = present.flatMap(({ assignment }) => assignment)
      return (
        all.length === partitions &&
        new Set(all).size === partitions &&
        present.every(({ assignment }) => assignment.length === partitions / present.length)
      )
    }
    await until(at, `they share: ${members.map(({ assignment }) => assignment.join()).join(' / ')} ${says()}`, spread(members))
    for (const partition of range(partitions)) await fill(at, topic, 10, { partition })
    const seen = (): ReadonlySet<string> => new Set(members.flatMap(({ records }) => records))
    await until(at, 'all records are seen', () => seen().size === 60)
    const [first, ...rest] = others
    assert(first !== undefined)
    await first.stop()
    await until(at, 'the others take its partitions', spread([ours, ...rest]))
    for (const partition of range(partitions)) await fill(at, topic, 10, { partition, from: 10 })
    await until(at, 'all records are seen', () => seen().size === 120)
    await ours.stop()
    await until(at, 'those who stay take ours', spread(rest))
    for (const partition of range(partitions)) await fill(at, topic, 10, { partition, from: 20 })
    await until(at, 'all records are seen', () => seen().size === 180)
    const all = members.flatMap(({ records }) => records)
    // A member that commits each record it has read leaves none in hand behind, but one of ours that is stopped in its loop may: one a partition.
    assert.ok(all.length <= 180 + partitions, `${all.length} records for 180`)
  } finally {
    for (const each of others) await each[Symbol.asyncDispose]()
  }
}

function absent(languages: readonly Language[]): string | undefined {
  return languages.map(missing).find((reason) => reason !== undefined)
}

const both: readonly Language[] = ['java', 'librdkafka']

export const mixedGroups: Theme = {
  theme: 'mixed groups',
  scenarios: [
    ...(['range', 'roundrobin', 'cooperative-sticky'] as const).map((assignor) =>
      scenario(`ours, Java and librdkafka share a classic group by ${assignor}`, async (at) => {
        assert.equal(absent(both), undefined)
        const topic = await at.topic('mixed', partitions)
        const groupId = at.name('group')
        const ours = new OurMember(at, at.member(groupId, { partitionAssignmentStrategy: [assignor], autoCommitIntervalMs: 100 }), topic)
        const others = [
          new ForeignMember('java', at.bootstrap, topic, { 'group.id': groupId, ...classic(javaAssignors[assignor]) }),
          new ForeignMember('librdkafka', at.bootstrap, topic, { 'group.id': groupId, ...classic(assignor) }),
        ]
        await shared(at, others, ours, topic)
      }),
    ),

    scenario(
      'ours, Java and librdkafka share a KIP-848 group',
      async (at) => {
        assert.equal(absent(both), undefined)
        const topic = await at.topic('mixed', partitions)
        const groupId = at.name('group')
        const ours = new OurMember(at, at.consumer({ groupId, groupProtocol: 'consumer', autoCommitIntervalMs: 100 }), topic)
        const others = both.map(
          (language) => new ForeignMember(language, at.bootstrap, topic, { 'group.id': groupId, 'group.protocol': 'consumer' }),
        )
        await shared(at, others, ours, topic)
      },
      'KIP-848 groups',
    ),

    scenario('a group goes from kafkajs to ours, member by member', async (at) => {
      assert.equal(absent(['kafkajs']), undefined)
      const topic = await at.topic('kafkajs', 4)
      for (const partition of range(4)) await fill(at, topic, 5, { partition })
      const groupId = at.name('group')
      await using old = new ForeignMember('kafkajs', at.bootstrap, topic, { 'group.id': groupId })
      await until(at, 'the old one has all', () => old.assignment.length === 4)
      const ours = new OurMember(at, at.member(groupId, { assignors: ['range', kafkajsRoundRobin], autoCommitIntervalMs: 100 }), topic)
      await until(at, `both have two ${old.said}`, () => old.assignment.length === 2 && ours.assignment.length === 2)
      await old.stop()
      await until(at, 'ours has all', () => ours.assignment.length === 4)
      for (const partition of range(4)) await fill(at, topic, 5, { partition, from: 5 })
      await until(at, 'all records are seen', () => new Set([...old.records, ...ours.records]).size === 40)
      await ours.stop()
    }),
  ],
}
