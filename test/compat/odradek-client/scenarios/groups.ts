import assert from 'node:assert/strict'
import type { Consumer, ConsumerOptions, Partitions } from '@odradek/client'
import type { Place } from '../place.ts'
import { fill, range, take, text, until, values } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Scenario, Theme } from '../scenario.ts'
import { InterferingDialler } from '../wire/interference.ts'
import { Crowd } from './crowd.ts'

const names = (partitions: Partitions): readonly string[] => partitions.map(({ topic, partition }) => `${topic}-${partition}`).toSorted()

/** The protocol decides who is told what; a user sees the same of both. */
const bothProtocols: readonly (readonly [
  string,
  (at: Place, groupId: string, more?: ConsumerOptions) => Consumer,
  readonly 'KIP-848 groups'[],
])[] = [
  ['classic', (at, groupId, more = {}) => at.member(groupId, more), []],
  ['KIP-848', (at, groupId, more = {}) => at.consumer({ groupId, groupProtocol: 'consumer', ...more }), ['KIP-848 groups']],
]

const shared: readonly Scenario[] = bothProtocols.flatMap(([protocol, member, needs]) => [
  scenario(
    `${protocol}: three members share six partitions, one leaves, its partitions move, every record comes once`,
    async (at) => {
      const topic = await at.topic('three', 6)
      for (const partition of range(6)) await fill(at, topic, 20, { partition })
      const groupId = at.name('group')
      await using crowd = new Crowd(at)
      const members = range(3).map(() => member(at, groupId))
      for (const each of members) crowd.add(each, [topic])
      await until(at, 'each has two', () => members.every((each) => each.assignment().length === 2))
      assert.equal(new Set(members.flatMap((each) => names(each.assignment()))).size, 6)
      await crowd.until(120)
      const [first] = members
      assert(first !== undefined)
      await crowd.stop(first)
      await until(at, 'two have three', () => members.slice(1).every((each) => each.assignment().length === 3))
      for (const partition of range(6)) await fill(at, topic, 20, { partition, from: 20 })
      await crowd.until(240)
      assert.equal(crowd.repeated, 0)
    },
    ...needs,
  ),

  scenario(
    `${protocol}: listeners are told what comes and goes, in time to commit it`,
    async (at) => {
      const topic = await at.topic('listeners', 4)
      for (const partition of range(4)) await fill(at, topic, 5, { partition })
      const groupId = at.name('group')
      const told: string[] = []
      const owned = new Set<string>()
      const first = member(at, groupId, { enableAutoCommit: false })
      first.subscribe([topic], {
        onPartitionsAssigned: (partitions) => {
          told.push(`assigned ${partitions.length}`)
          for (const name of names(partitions)) owned.add(name)
        },
        onPartitionsRevoked: async (partitions) => {
          told.push(`revoked ${partitions.length}`)
          for (const name of names(partitions)) assert.ok(owned.delete(name), `${name} was never assigned`)
          await first.commit(partitions.map((place) => ({ ...place, offset: 5 })))
        },
      })
      await using crowd = new Crowd(at)
      crowd.add(first)
      await until(at, 'the first has all', () => first.assignment().length === 4)
      const second = member(at, groupId, { enableAutoCommit: false })
      crowd.add(second, [topic])
      await until(at, 'both have two', () => [first, second].every((each) => each.assignment().length === 2))
      await until(at, 'the listener knows', () => owned.size === 2)
      assert.deepEqual([...owned].toSorted(), names(first.assignment()))
      // The moved partitions begin at what the listener committed.
      const places = second.assignment()
      assert.deepEqual(
        (await second.committed(places)).map((found) => found?.offset),
        [5, 5],
      )
      await crowd.stop(first)
      assert.equal(owned.size, 0)
      assert.ok(told[0] === 'assigned 4' && told.some((line) => line.startsWith('revoked')), told.join(', '))
    },
    ...needs,
  ),

  scenario(
    `${protocol}: a static member that comes back in time gets its partitions, and nobody is disturbed`,
    async (at) => {
      const topic = await at.topic('static', 4)
      for (const partition of range(4)) await fill(at, topic, 5, { partition })
      const groupId = at.name('group')
      let disturbed = 0
      const other = member(at, groupId, { groupInstanceId: 'other' })
      await using crowd = new Crowd(at)
      other.subscribe([topic], { onPartitionsRevoked: () => void disturbed++, onPartitionsLost: () => void disturbed++ })
      crowd.add(other)
      const first = member(at, groupId, { groupInstanceId: 'returning' })
      crowd.add(first, [topic])
      await until(at, 'both have two', () => [first, other].every((each) => each.assignment().length === 2))
      await crowd.until(20)
      const had = names(first.assignment())
      const before = disturbed
      await crowd.stop(first)
      const again = member(at, groupId, { groupInstanceId: 'returning' })
      crowd.add(again, [topic])
      await until(at, 'it has its two', () => again.assignment().length === 2)
      assert.deepEqual(names(again.assignment()), had)
      assert.equal(disturbed, before)
      assert.equal(again.groupMetadata().groupInstanceId, 'returning')
    },
    'static members',
    ...needs,
  ),

  scenario(
    `${protocol}: two members of one group.instance.id: the older one is told that it was fenced`,
    async (at) => {
      const topic = await at.topic('fenced', 1)
      const groupId = at.name('group')
      const older = member(at, groupId, { groupInstanceId: 'same' })
      older.subscribe([topic])
      const outcome = take(at, older, 1)
      void outcome.catch(() => undefined)
      await until(at, 'it is a member', () => older.assignment().length === 1)
      const newer = member(at, groupId, { groupInstanceId: 'same' })
      newer.subscribe([topic])
      // KIP-848 lets the older one keep the place until it has left: the newer one is refused.
      await assert.rejects(Promise.race([outcome, take(at, newer, 1)]), (error: unknown) => {
        assert(error instanceof Error && 'code' in error)
        assert.ok(['FENCED_INSTANCE_ID', 'UNRELEASED_INSTANCE_ID'].includes(String(error.code)), String(error.code))
        return true
      })
    },
    'static members',
    ...needs,
  ),

  scenario(
    `${protocol}: stuck handler keeps its partitions: they move after max.poll.interval.ms, and its late commit is rejected`,
    async (at) => {
      const topic = await at.topic('stuck')
      await fill(at, topic, 3)
      const groupId = at.name('group')
      const lost: number[] = []
      const stuck = member(at, groupId, {
        maxPollIntervalMs: 1000,
        enableAutoCommit: false,
        ...(protocol === 'classic' ? { sessionTimeoutMs: 6000 } : {}),
      })
      stuck.subscribe([topic], { onPartitionsLost: (partitions) => void lost.push(partitions.length) })
      const heir = member(at, groupId)
      let inHand: AbortSignal | undefined
      for await (const batch of stuck.batches({ signal: at.signal })) {
        inHand = batch.signal
        heir.subscribe([topic])
        assert.equal((await take(at, heir, 1))[0]?.offset, 0)
        assert.ok(inHand.aborted, 'the batch in hand was not told')
        await assert.rejects(batch.commit())
        break
      }
      assert.ok(at.logger.lines.some(({ level, message }) => level === 'warn' && /max\.?poll\.?interval/i.test(message)))
      await heir.close()
      // The next request for an item joins again.
      assert.equal((await take(at, stuck, 1)).length, 1)
      assert.deepEqual(lost, [1])
    },
    ...needs,
  ),

  scenario(
    `${protocol}: more partitions, and topics that come later, are found by those who are in the group`,
    async (at) => {
      const topic = await at.topic('grows', 1)
      const groupId = at.name('group')
      const only = member(at, groupId, { metadataMaxAgeMs: 200 })
      await using crowd = new Crowd(at)
      crowd.add(only, [topic])
      await until(at, 'it has one', () => only.assignment().length === 1)
      await using admin = at.admin()
      await admin.createPartitions([{ topic, totalCount: 3 }])
      await until(at, 'it has three', () => only.assignment().length === 3)
    },
    ...needs,
  ),

  scenario(
    `${protocol}: unsubscribe gives everything back, and another subscription takes its place`,
    async (at) => {
      const [first, second] = [await at.topic('first'), await at.topic('second')]
      await fill(at, first, 1)
      await fill(at, second, 1)
      const groupId = at.name('group')
      await using consumer = member(at, groupId)
      consumer.subscribe([first])
      assert.equal((await take(at, consumer, 1))[0]?.topic, first)
      consumer.subscribe([second])
      assert.equal((await take(at, consumer, 1))[0]?.topic, second)
      assert.deepEqual(names(consumer.assignment()), [`${second}-0`])
      await consumer.unsubscribe()
      assert.deepEqual(consumer.assignment(), [])
      await using admin = at.admin()
      const groups = await admin.describeConsumerGroups([groupId])
      assert.equal(groups.get(groupId)?.members.length, 0)
    },
    ...needs,
  ),
])

export const groups: Theme = {
  theme: 'groups',
  scenarios: [
    ...shared,

    ...(['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const).map((assignor) =>
      scenario(`${assignor} gives every partition to one member, and all records come once while members come and go`, async (at) => {
        const topics = [await at.topic('a', 3), await at.topic('b', 3)]
        for (const topic of topics) for (const partition of range(3)) await fill(at, topic, 10, { partition })
        const groupId = at.name('group')
        await using crowd = new Crowd(at)
        const members = range(3).map(() => at.member(groupId, { partitionAssignmentStrategy: [assignor] }))
        const [first, second, third] = members
        assert(first !== undefined && second !== undefined && third !== undefined)
        crowd.add(first, topics)
        await until(at, 'the first has all', () => first.assignment().length === 6)
        crowd.add(second, topics)
        await until(
          at,
          'two share them',
          () => second.assignment().length > 0 && first.assignment().length + second.assignment().length === 6,
        )
        crowd.add(third, topics)
        await until(
          at,
          'three share them',
          () =>
            members.every((each) => each.assignment().length === 2) &&
            new Set(members.flatMap((each) => names(each.assignment()))).size === 6,
        )
        await crowd.until(60)
        await crowd.stop(second)
        await until(at, 'two share them again', () => first.assignment().length + third.assignment().length === 6)
        for (const topic of topics) for (const partition of range(3)) await fill(at, topic, 10, { partition, from: 10 })
        await crowd.until(120)
      }),
    ),

    scenario('cooperative: who stays keeps its partitions through a rebalance, and never stops reading them', async (at) => {
      const topic = await at.topic('cooperative', 4)
      for (const partition of range(4)) await fill(at, topic, 1, { partition })
      const groupId = at.name('group')
      const revoked: string[] = []
      const first = at.member(groupId, { partitionAssignmentStrategy: ['cooperative-sticky'] })
      first.subscribe([topic], { onPartitionsRevoked: (partitions) => void revoked.push(...names(partitions)) })
      await using crowd = new Crowd(at)
      crowd.add(first)
      await until(at, 'the first has all', () => first.assignment().length === 4)
      const second = at.member(groupId, { partitionAssignmentStrategy: ['cooperative-sticky'] })
      crowd.add(second, [topic])
      await until(at, 'both have two', () => first.assignment().length === 2 && second.assignment().length === 2)
      assert.equal(revoked.length, 2)
      assert.deepEqual(revoked.toSorted(), names(second.assignment()))
    }),

    scenario('members of the default strategies and of cooperative-sticky alone form one group', async (at) => {
      const topic = await at.topic('mixed', 4)
      const groupId = at.name('group')
      await using crowd = new Crowd(at)
      const members = [at.member(groupId), at.member(groupId, { partitionAssignmentStrategy: ['cooperative-sticky'] })]
      for (const each of members) crowd.add(each, [topic])
      await until(at, 'both have two', () => members.every((each) => each.assignment().length === 2))
    }),

    scenario('members without a common strategy: the second is told so', async (at) => {
      const topic = await at.topic('inconsistent')
      const groupId = at.name('group')
      await using crowd = new Crowd(at)
      const first = at.member(groupId, { partitionAssignmentStrategy: ['range'] })
      crowd.add(first, [topic])
      await until(at, 'the first is in', () => first.assignment().length === 1)
      await using second = at.member(groupId, { partitionAssignmentStrategy: ['roundrobin'] })
      second.subscribe([topic])
      await assert.rejects(take(at, second, 1), { code: 'INCONSISTENT_GROUP_PROTOCOL' })
    }),

    // Of the classic protocol only: a session of KIP-848 is at least 45 s long, longer than a scenario may take.
    scenario('a member that dies is replaced after the session time-out, and what it had not committed comes again', async (at) => {
      const topic = await at.topic('dies', 2)
      for (const partition of range(2)) await fill(at, topic, 10, { partition })
      const groupId = at.name('group')
      await using crowd = new Crowd(at)
      const dialler = new InterferingDialler()
      const doomed = at.member(groupId, {}, at.client({}, { dialler }))
      const heir = at.member(groupId)
      crowd.add(doomed, [topic])
      crowd.add(heir, [topic])
      await until(at, 'each has one', () => [doomed, heir].every((each) => each.assignment().length === 1))
      await crowd.until(20)
      dialler.blackOut()
      await until(at, 'the heir has both', () => heir.assignment().length === 2)
      for (const partition of range(2)) await fill(at, topic, 10, { partition, from: 10 })
      await crowd.until(40)
    }),

    scenario('heartbeat tied to the handler: one that takes twice the session time-out causes no rebalance', async (at) => {
      const topic = await at.topic('slow')
      await fill(at, topic, 2)
      const groupId = at.name('group')
      let disturbed = 0
      await using consumer = at.member(groupId)
      consumer.subscribe([topic], { onPartitionsRevoked: () => void disturbed++, onPartitionsLost: () => void disturbed++ })
      let generation = -1
      for await (const { offset } of consumer.records({ signal: at.signal })) {
        const now = consumer.groupMetadata().generationId
        if (offset === 1) {
          assert.equal(now, generation)
          break
        }
        generation = now
        await new Promise((resolve) => setTimeout(resolve, 12_500))
      }
      assert.equal(disturbed, 0)
    }),

    scenario(
      'heartbeats fail for ever unnoticed: a coordinator that is silent past the session time-out is noticed, and joined again when it is back',
      async (at) => {
        const topic = await at.topic('silent')
        await fill(at, topic, 1)
        const groupId = at.name('group')
        let silent = false
        const lost: number[] = []
        const dialler = new InterferingDialler(({ api }) =>
          silent && ['Heartbeat', 'JoinGroup', 'SyncGroup', 'FindCoordinator'].includes(api.name) ? 'silence' : undefined,
        )
        const consumer = at.member(groupId, { requestTimeoutMs: 2000 }, at.client({ reconnectBackoffMs: 50 }, { dialler }))
        consumer.subscribe([topic], { onPartitionsLost: (partitions) => void lost.push(partitions.length) })
        await take(at, consumer, 1)
        silent = true
        const next = take(at, consumer, 1)
        await until(at, 'a warning says so', () =>
          at.logger.lines.some(({ level, message }) => level === 'warn' && /session|heartbeat/i.test(message)),
        )
        silent = false
        await fill(at, topic, 1)
        assert.equal((await next).length, 1)
        await consumer.close()
      },
    ),

    scenario('a member asks for a rebalance, and everybody goes through it', async (at) => {
      const topic = await at.topic('enforced')
      await using consumer = at.member(at.name('group'))
      await using crowd = new Crowd(at)
      crowd.add(consumer, [topic])
      await until(at, 'it is stable', () => consumer.assignment().length === 1)
      const before = consumer.groupMetadata().generationId
      consumer.enforceRebalance('because a test said so')
      await until(
        at,
        'the generation is another',
        () => consumer.groupMetadata().generationId > before && consumer.assignment().length === 1,
      )
    }),

    scenario('a member that closes leaves at once: its heir does not wait for the session to end', async (at) => {
      const topic = await at.topic('leaves')
      await fill(at, topic, 1)
      const groupId = at.name('group')
      const first = at.member(groupId, { sessionTimeoutMs: 300_000 })
      first.subscribe([topic])
      await take(at, first, 1)
      await first.close()
      await using heir = at.member(groupId)
      heir.subscribe([topic])
      assert.equal((await take(at, heir, 1)).length, 1)
    }),

    scenario('a slow group and a quick one read the same topic, each at its own offsets', async (at) => {
      const topic = await at.topic('two-groups')
      await fill(at, topic, 10)
      const [slow, quick] = [at.name('slow'), at.name('quick')]
      for (const [groupId, count] of [
        [slow, 3],
        [quick, 10],
      ] as const) {
        await using consumer = at.member(groupId)
        consumer.subscribe([topic])
        assert.deepEqual(values(await take(at, consumer, count)), range(count).map(String))
      }
      for (const [groupId, first] of [
        [slow, '2'],
        [quick, '9'],
      ] as const) {
        await using consumer = at.member(groupId)
        consumer.subscribe([topic])
        assert.equal(text((await take(at, consumer, 1))[0]?.value ?? null), first)
      }
    }),

    scenario(
      'assigned topic unknown to own pattern: a KIP-848 group with a pattern of the broker takes topics created after joining',
      async (at) => {
        const word = at.name('re2j')
        await using admin = at.admin()
        await admin.createTopics([at.newTopic(`${word}-a`)])
        const consumer = at.consumer({ groupId: at.name('group'), groupProtocol: 'consumer' })
        consumer.subscribe({ re2j: `${word}-.*` })
        await using crowd = new Crowd(at)
        crowd.add(consumer)
        await until(at, 'it has one', () => consumer.assignment().length === 1)
        await admin.createTopics([at.newTopic(`${word}-b`, 2)])
        await until(at, 'it has three', () => consumer.assignment().length === 3)
        await admin.deleteTopics([`${word}-a`, `${word}-b`])
      },
      'KIP-848 groups',
    ),

    ...(['uniform', 'range'] as const).map((assignor) =>
      scenario(
        `KIP-848: the broker's ${assignor} assignor divides two topics`,
        async (at) => {
          const topics = [await at.topic('a', 2), await at.topic('b', 2)]
          const groupId = at.name('group')
          await using crowd = new Crowd(at)
          const members = range(2).map(() => at.consumer({ groupId, groupProtocol: 'consumer', groupRemoteAssignor: assignor }))
          for (const each of members) crowd.add(each, topics)
          await until(at, 'both have two', () => members.every((each) => each.assignment().length === 2))
        },
        'KIP-848 groups',
      ),
    ),

    scenario(
      'a group goes from classic to KIP-848, member by member, and offsets stay',
      async (at) => {
        const topic = await at.topic('upgrade', 2)
        for (const partition of range(2)) await fill(at, topic, 10, { partition })
        const groupId = at.name('group')
        await using crowd = new Crowd(at)
        const classic = at.member(groupId)
        crowd.add(classic, [topic])
        await crowd.until(20)
        const modern = at.consumer({ groupId, groupProtocol: 'consumer' })
        crowd.add(modern, [topic])
        await until(at, 'both have one', () => [classic, modern].every((each) => each.assignment().length === 1))
        await crowd.stop(classic)
        await until(at, 'the new one has both', () => modern.assignment().length === 2)
        for (const partition of range(2)) await fill(at, topic, 10, { partition, from: 10 })
        await crowd.until(40)
      },
      'KIP-848 groups',
    ),

    scenario('auto takes the protocol that the broker has', async (at) => {
      const topic = await at.topic('auto')
      await fill(at, topic, 1)
      const groupId = at.name('group')
      await using consumer = at.consumer({ groupId, groupProtocol: 'auto' })
      consumer.subscribe([topic])
      await take(at, consumer, 1)
      await using admin = at.admin()
      const described = (await admin.describeConsumerGroups([groupId])).get(groupId)
      assert.equal(String(described?.type).toLowerCase(), at.broker.lacking(['KIP-848 groups']) === undefined ? 'consumer' : 'classic')
    }),
  ],
}
