import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ScriptedCluster, scriptedAdmin } from './admin/scripted-cluster.ts'
import { Scene } from './consumer/scene/scene.ts'
import { checkWords } from './known-words.ts'
import { produce } from './producer/producer-fixture.ts'

/** As from a program in JavaScript, or with a cast. */
const untyped = (given: unknown): ReturnType<typeof JSON.parse> => given

// createTopics with `numPartitions` made a topic with the defaults of the broker.
test('an admin refuses names that it would ignore, and names the ones that are probably meant', async () => {
  const { admin } = scriptedAdmin(new ScriptedCluster())
  for (const [act, says] of [
    [
      () => admin.createTopics(untyped([{ name: 'a', numPartitions: 6 }])),
      /createTopics: numPartitions is unknown here; did you mean partitions\?/,
    ],
    [() => admin.createTopics(untyped([{ name: 'a', partitions: 6, configs: {} }])), /did you mean config\?/],
    [() => admin.listTopics(untyped({ timeout: 5 })), /listTopics: timeout .*did you mean timeoutMs\?/],
    [
      () => admin.createPartitions(untyped([{ topic: 'a', count: 6 }])),
      /createPartitions: count is unknown here; there are topic, totalCount/,
    ],
    [() => admin.close(untyped({ timeout: 5 })), /close: timeout/],
  ] as const) {
    assert.throws(() => void act(), { code: 'ODRADEK_CONFIG', message: says })
  }
  await admin.close()
})

test('what names a partition may say more about it: what one call gives, another one takes', () => {
  const { admin } = scriptedAdmin(new ScriptedCluster())
  const described = { topic: 'a', partition: 0, leader: 1, replicas: [1], inSyncReplicas: [1], offlineReplicas: [] }
  const outcomes = [admin.electLeaders('PREFERRED', [described]), admin.describeProducers([described])]
  for (const outcome of outcomes) outcome.settled().catch(() => undefined)
})

test('consumers and producers refuse them too', async () => {
  const consumer = new Scene({ t: 1 }).consumer({ groupId: 'g' })
  const { producer, time, close } = produce()
  for (const [act, says] of [
    [() => consumer.records(untyped({ abortSignal: undefined, abort: true })), /records: abort is unknown here; there are signal/],
    [() => consumer.batches(untyped({ sginal: 1 })), /batches: sginal .*did you mean signal\?/],
    [() => consumer.run(() => {}, untyped({ concurency: 3 })), /run: concurency .*did you mean concurrency\?/],
    [() => consumer.poll(0, untyped({ abortSignal: 1 })), /poll: abortSignal .*did you mean signal\?/],
    [() => consumer.commit(undefined, untyped({ timeout: 3 })), /commit: timeout .*did you mean timeoutMs\?/],
    [() => consumer.close(untyped({ timeoutMS: 3 })), /close: timeoutMS .*did you mean timeoutMs\?/],
    [() => producer.flush(untyped({ timeout: 3 })), /flush: timeout .*did you mean timeoutMs\?/],
    [() => producer.sendAll('t', [], untyped({ abortSignal: 3 })), /sendAll: abortSignal .*did you mean signal\?/],
  ] as const) {
    await assert.rejects(async () => act(), { code: 'ODRADEK_CONFIG', message: says })
  }
  await time.advance(0)
  await close()
})

test('undefined is not given, whatever its name', () => {
  checkWords({ signal: undefined, whatever: undefined }, { signal: 1 }, 'call')
})
