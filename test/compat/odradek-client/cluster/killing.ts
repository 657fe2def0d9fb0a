import assert from 'node:assert/strict'
import { readProcessWrite } from '@odradek/client'
import { partitionsOf, range, text, until } from '../reading.ts'
import type { Place } from '../place.ts'
import { scenario } from '../scenario.ts'
import { Crowd } from '../scenarios/crowd.ts'
import type { Theme } from '../scenario.ts'
import { Load } from './workload.ts'

/** Kills a broker, lets the load go on without it, and starts it again. */
async function killAndRevive(at: Place, node: number, load: { readonly count: number }): Promise<void> {
  const { brokers } = at
  assert(brokers !== undefined)
  let before = load.count
  brokers.kill(node)
  await until(at, `the load goes on without broker ${node}`, () => load.count > before + 1000)
  await brokers.revive(node)
  before = load.count
  await until(at, `the load goes on with broker ${node} again`, () => load.count > before + 500)
}

async function leaderOf(at: Place, topic: string): Promise<number> {
  await using admin = at.admin()
  return (await admin.describeTopics([topic])).get(topic)?.partitions[0]?.leader ?? -1
}

async function coordinatorOf(at: Place, groupId: string): Promise<number> {
  await using admin = at.admin()
  return (await admin.describeConsumerGroups([groupId])).get(groupId)?.coordinator.id ?? -1
}

export const killing: Theme = {
  theme: 'three brokers',
  scenarios: [
    scenario(
      'a leader is killed under load and started again: nothing acknowledged lost, none twice, order per partition kept',
      async (at) => {
        const topic = await at.topic('leader', 3, { replicationFactor: 3 })
        await using producer = at.producer({ batchSize: 2000 })
        const load = new Load(producer, topic, 3)
        await until(at, 'the load runs', () => load.count > 500)
        await killAndRevive(at, await leaderOf(at, topic), load)
        await load.stop()
        await load.check(at)
      },
    ),

    ...(['classic', 'KIP-848'] as const).map((protocol) =>
      scenario(
        `a coordinator is killed under load (${protocol}): the group goes on, every record is read, commits are whole`,
        async (at) => {
          const topic = await at.topic('coordinator', 6, { replicationFactor: 3 })
          const groupId = at.name('group')
          await using producer = at.producer({ batchSize: 2000 })
          const load = new Load(producer, topic, 6)
          await using crowd = new Crowd(at)
          const members = range(3).map(() =>
            protocol === 'classic'
              ? at.member(groupId, { autoCommitIntervalMs: 200 })
              : at.consumer({ groupId, groupProtocol: 'consumer', autoCommitIntervalMs: 200 }),
          )
          for (const each of members) crowd.add(each, [topic])
          await until(at, 'each has two', () => members.every((each) => each.assignment().length === 2))
          await until(at, 'the load runs', () => load.count > 500)
          await killAndRevive(at, await coordinatorOf(at, groupId), load)
          await load.stop()
          await load.check(at)
          await crowd.until(load.count)
          for (const each of members) await crowd.stop(each)
          await using after = at.consumer({ groupId, groupProtocol: 'classic' })
          const places = partitionsOf(topic, 6)
          const ends = await after.endOffsets(places)
          const committed = await after.committed(places)
          // The last record of each was in hand when its loop ended, unless it had asked for the next one.
          for (const [i, { offset }] of ends.entries())
            assert.ok(offset - (committed[i]?.offset ?? 0) <= 1, `${committed[i]?.offset} of ${offset}`)
        },
      ),
    ),

    scenario('a coordinator of transactions and a leader are killed under load: an exactly-once copy has each record once', async (at) => {
      const [input, output] = [await at.topic('in', 3, { replicationFactor: 3 }), await at.topic('out', 3, { replicationFactor: 3 })]
      await using producer = at.producer({ batchSize: 2000 })
      const load = new Load(producer, input, 3)
      const transactionalId = at.name('copy')
      await using source = at.member(at.name('group'), { enableAutoCommit: false, isolationLevel: 'read_committed' })
      source.subscribe([input])
      await using sink = at.kafka.producer({ transactionalId })
      const stop = new AbortController()
      const copied = new Set<string>()
      const progress = { count: 0 }
      const copying = readProcessWrite(
        source,
        sink,
        async (batches, transaction) => {
          for (const batch of batches)
            for (const record of batch) void transaction.send(output, { value: text(record.value), partition: record.partition })
          await Promise.resolve()
          progress.count += batches.reduce((sum, { count }) => sum + count, 0)
        },
        { signal: AbortSignal.any([stop.signal, at.signal]) },
      )
      let failure: unknown
      void copying.catch((error: unknown) => (failure = error))
      await until(at, 'the copy runs', () => progress.count > 500)
      await using admin = at.admin()
      const described = (await admin.describeTransactions([transactionalId])).get(transactionalId)
      await killAndRevive(at, described?.coordinatorId ?? 1, progress)
      await killAndRevive(at, await leaderOf(at, output), progress)
      await load.stop()
      await load.check(at)
      await using check = at.consumer({ isolationLevel: 'read_committed', maxPollRecords: 5000 })
      check.assign(partitionsOf(output, 3))
      for await (const batch of check.batches({ signal: at.signal })) {
        if (failure !== undefined) throw failure
        for (const { partition, value } of batch) {
          const name = `${partition}/${text(value)}`
          assert.ok(!copied.has(name), `${name} was copied twice`)
          copied.add(name)
        }
        if (copied.size >= load.count) break
      }
      stop.abort()
      await copying
    }),
  ],
}
