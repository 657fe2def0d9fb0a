import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { batchOf, textOf } from '../consumer-fixture.ts'
import type { Consumer } from '../consumer.ts'
import { Scene } from '../scene/scene.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))
const all = (count: number, topic = 't') => Array.from({ length: count }, (_, partition) => ({ topic, partition }))

/** Reads in the background for the rest of the test. */
function reading(consumer: Consumer): { readonly seen: string[]; readonly errors: unknown[]; readonly stop: () => void } {
  const stop = new AbortController()
  const seen: string[] = []
  const errors: unknown[] = []
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        for await (const record of consumer.records({ signal: stop.signal }))
          seen.push(`${record.topic}-${record.partition}/${record.offset}`)
      } catch (error) {
        errors.push(error)
        if (errors.length > 200) return
      }
    }
  }
  void loop()
  return { seen, errors, stop: () => stop.abort() }
}

test('one Fetch a broker at a time, and sessions that name only what has changed', async () => {
  const scene = new Scene({ t: 3 })
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign(all(3))
  const { seen, stop } = reading(consumer)
  await scene.pass(1_200)
  const [first, second] = scene.logs.fetches
  assert.deepEqual(first?.partitions, ['t-0', 't-1', 't-2'])
  assert.equal(first?.sessionEpoch, 0)
  assert.deepEqual([second?.sessionEpoch, second?.partitions], [1, []])
  scene.logs.append('t-1', batchOf(['a']))
  await scene.pass(100)
  assert.deepEqual(seen, ['t-1/0'])
  const last = scene.logs.fetches.at(-1)
  assert.deepEqual([last?.partitions, last?.offsets], [['t-1'], { 't-1': 1 }])
  stop()
  await scene.until(consumer.close())
})

test('a session that the broker has forgotten is opened again, at once', async () => {
  const scene = new Scene({ t: 1 })
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign(all(1))
  const { seen, stop } = reading(consumer)
  await scene.pass(100)
  scene.logs.sessionError = 'FETCH_SESSION_ID_NOT_FOUND'
  await scene.pass(1_500)
  scene.logs.append('t-0', batchOf(['a']))
  await scene.pass(20)
  assert.deepEqual(seen, ['t-0/0'])
  scene.logs.sessionError = 'INVALID_FETCH_SESSION_EPOCH'
  await scene.pass(1_000)
  scene.logs.append('t-0', batchOf(['b']))
  await scene.pass(20)
  assert.deepEqual(seen, ['t-0/0', 't-0/1'])
  stop()
  await scene.until(consumer.close())
})

test('back-pressure all or nothing: a paused partition keeps what it has, the others go on, and memory stays bounded', async () => {
  const scene = new Scene({ t: 3 })
  for (const partition of [0, 1, 2]) for (let i = 0; i < 50; i++) scene.logs.append(`t-${partition}`, batchOf(numbers(0, 100)))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest', maxPartitionFetchBytes: 2_000, prefetchMaxBytes: 10_000 })
  consumer.assign(all(3))
  const seen = [0, 0, 0]
  const stop = new AbortController()
  const loop = (async () => {
    for await (const { partition, offset } of consumer.records({ signal: stop.signal })) {
      assert.equal(offset, seen[partition])
      seen[partition] = offset + 1
      if (partition === 0 && offset === 10) consumer.pause([{ topic: 't', partition: 0 }])
    }
  })()
  await scene.pass(3_000)
  assert.deepEqual(seen, [11, 5_000, 5_000])
  assert.deepEqual(consumer.paused(), [{ topic: 't', partition: 0 }])
  const asked = scene.logs.fetches.length
  consumer.resume([{ topic: 't', partition: 0 }])
  await scene.pass(3_000)
  assert.deepEqual(seen, [5_000, 5_000, 5_000])
  assert.ok(scene.logs.fetches.length > asked)
  stop.abort()
  await scene.until(loop)
  await scene.until(consumer.close())
})

test('no more is fetched than may be kept while nobody takes it', async () => {
  const scene = new Scene({ t: 4 })
  for (const { partition } of all(4)) for (let i = 0; i < 100; i++) scene.logs.append(`t-${partition}`, batchOf(numbers(0, 100)))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest', maxPartitionFetchBytes: 4_000, prefetchMaxBytes: 20_000 })
  consumer.assign(all(4))
  const iterator = consumer.records()[Symbol.asyncIterator]()
  await scene.until(iterator.next())
  await scene.pass(30_000)
  const fetches = scene.logs.fetches.filter(({ partitions }) => partitions.length > 0).length
  assert.ok(fetches <= 3, `${fetches} fetches`)
  await iterator.return?.()
  await scene.until(consumer.close())
})

test('damage in one partition is told with its place, again and again, while the others go on; a seek skips it', async () => {
  const scene = new Scene({ t: 2 })
  const bad = batchOf(['bad'])
  bad[bad.length - 2]! ^= 0xff
  scene.logs.append('t-0', batchOf(['a']))
  scene.logs.append('t-0', bad)
  scene.logs.append('t-0', batchOf(['b']))
  scene.logs.append('t-1', batchOf(numbers(0, 50)))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest', maxPollRecords: 10 })
  consumer.assign(all(2))
  const seen: string[] = []
  const errors: KafkaError[] = []
  const stop = new AbortController()
  const loop = (async () => {
    while (!stop.signal.aborted) {
      try {
        for await (const batch of consumer.batches({ signal: stop.signal }))
          for (const { partition, offset } of batch) seen.push(`${partition}/${offset}`)
      } catch (error) {
        assert.ok(error instanceof KafkaError)
        errors.push(error)
        if (errors.length === 3) consumer.seek({ topic: 't', partition: 0, offset: 2 })
      }
    }
  })()
  await scene.pass(1_000)
  assert.equal(errors.length, 3)
  assert.equal(errors[0]?.code, 'CORRUPT_MESSAGE')
  assert.match(errors[0]?.message ?? '', /t-0 can't be read at offset 1.*partition: 0, offset: 2/)
  assert.equal(seen.filter((place) => place.startsWith('1/')).length, 50)
  assert.deepEqual(
    seen.filter((place) => place.startsWith('0/')),
    ['0/0', '0/2'],
  )
  stop.abort()
  await scene.until(loop)
  await scene.until(consumer.close())
})

test('a follower near by is read from while the leader says so, and left when it is gone (KIP-392)', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 3)))
  scene.logs.log('t-0').preferredReadReplica = 2
  const consumer = scene.consumer({ autoOffsetReset: 'earliest', clientRack: 'r1', metadataMaxAgeMs: 10_000 })
  consumer.assign(all(1))
  const { seen, stop } = reading(consumer)
  await scene.pass(5)
  scene.logs.log('t-0').preferredReadReplica = -1
  await scene.pass(100)
  assert.deepEqual(
    scene.logs.fetches.slice(0, 3).map(({ broker }) => broker),
    [1, 2, 2],
  )
  assert.deepEqual(seen, ['t-0/0', 't-0/1', 't-0/2'])
  scene.clusters[0]!.lead('t', 0, 1, 0, [2])
  await scene.pass(1_000)
  assert.equal(scene.logs.fetches.at(-1)?.broker, 1)
  stop()
  await scene.until(consumer.close())
})

test('an offset that a follower does not have is asked of the leader, without a reset', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 3)))
  scene.logs.log('t-0').preferredReadReplica = 2
  const consumer = scene.consumer({ autoOffsetReset: 'none', clientRack: 'r1' })
  consumer.assign(all(1))
  consumer.seek({ topic: 't', partition: 0, offset: 0 })
  const { seen, errors, stop } = reading(consumer)
  await scene.pass(3)
  scene.logs.log('t-0').preferredReadReplica = -1
  scene.logs.log('t-0').error = 'OFFSET_OUT_OF_RANGE'
  scene.logs.log('t-0').errorAt = 2
  await scene.pass(100)
  assert.deepEqual(errors, [])
  assert.deepEqual(seen, ['t-0/0', 't-0/1', 't-0/2'])
  stop()
  await scene.until(consumer.close())
})

test('an answer that names the new leader is followed at once (KIP-951)', async () => {
  const scene = new Scene({ t: 1 })
  const log = scene.logs.log('t-0')
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign(all(1))
  const { seen, stop } = reading(consumer)
  await scene.pass(100)
  log.error = 'NOT_LEADER_OR_FOLLOWER'
  log.currentLeader = { leaderId: 2, leaderEpoch: 4 }
  scene.logs.arrived()
  await scene.pass(1)
  log.error = undefined
  log.leaderEpoch = 4
  log.append(batchOf(['a']))
  await scene.pass(10)
  assert.equal(scene.logs.fetches.at(-1)?.broker, 2)
  assert.deepEqual(seen, ['t-0/0'])
  stop()
  await scene.until(consumer.close())
})

test('a broker that can not be reached is asked again with growing pauses, and metadata are refreshed', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['a']))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign(all(1))
  consumer.seek({ topic: 't', partition: 0, offset: 0 })
  const [cluster] = scene.clusters
  cluster!.failing = { broker: 1, error: new KafkaError('NETWORK_EXCEPTION') }
  const { seen, errors, stop } = reading(consumer)
  await scene.pass(5_000)
  assert.ok(cluster!.refreshes >= 5 && cluster!.refreshes < 20, String(cluster!.refreshes))
  cluster!.failing = undefined
  await scene.pass(1_300)
  assert.deepEqual(seen, ['t-0/0'])
  assert.deepEqual(errors, [])
  stop()
  await scene.until(consumer.close())
})

test('a topic that may not be read is told, and read once it may', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['a']))
  scene.logs.log('t-0').error = 'TOPIC_AUTHORIZATION_FAILED'
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign(all(1))
  const { seen, errors, stop } = reading(consumer)
  await scene.pass(3_000)
  assert.ok(errors.length >= 3)
  assert.ok(errors.every((error) => error instanceof KafkaError && error.code === 'TOPIC_AUTHORIZATION_FAILED'))
  scene.logs.log('t-0').error = undefined
  await scene.pass(2_000)
  assert.deepEqual(seen, ['t-0/0'])
  stop()
  await scene.until(consumer.close())
})

test('read_committed ends at the last stable offset, also for lag and end', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 5)))
  scene.logs.append('t-0', batchOf(numbers(5, 8)))
  const log = scene.logs.log('t-0')
  log.lastStableOffset = 5
  const consumer = scene.consumer({ autoOffsetReset: 'earliest', isolationLevel: 'read_committed' })
  consumer.assign(all(1))
  const { seen, stop } = reading(consumer)
  await scene.pass(100)
  assert.equal(seen.length, 5)
  assert.equal(consumer.lag({ topic: 't', partition: 0 }), 0)
  assert.deepEqual((await scene.until(consumer.endOffsets(all(1))))[0]?.offset, 5)
  log.lastStableOffset = undefined
  scene.logs.arrived()
  await scene.pass(100)
  assert.equal(seen.length, 8)
  stop()
  await scene.until(consumer.close())
})

test('a seek drops what was fetched before it, also what is under way', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 100)))
  scene.logs.latencyMs = 50
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign(all(1))
  const seen: string[] = []
  const stop = new AbortController()
  const loop = (async () => {
    for await (const record of consumer.records({ signal: stop.signal })) {
      seen.push(textOf(record.value)!)
      if (seen.length === 3) consumer.seek({ topic: 't', partition: 0, offset: 97 })
    }
  })()
  await scene.pass(1_000)
  assert.deepEqual(seen, ['0', '1', '2', '97', '98', '99'])
  stop.abort()
  await scene.until(loop)
  await scene.until(consumer.close())
})
