import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { batchOf } from '../consumer-fixture.ts'
import type { Consumer } from '../consumer.ts'
import { ClientError } from '../../errors/index.ts'
import { Scene } from '../scene/scene.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))
const t0 = { topic: 't', partition: 0 } as const

function reading(consumer: Consumer): { readonly seen: number[]; readonly errors: unknown[]; readonly stop: () => void } {
  const stop = new AbortController()
  const seen: number[] = []
  const errors: unknown[] = []
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted && errors.length < 5) {
      try {
        for await (const record of consumer.records({ signal: stop.signal })) seen.push(record.offset)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  void loop()
  return { seen, errors, stop: () => stop.abort() }
}

test('auto.offset.reset: earliest, latest, by duration', async () => {
  for (const [autoOffsetReset, timestamp, offset] of [
    ['earliest', -2, 0],
    ['latest', -1, 10],
    // Nothing is so young: the end.
    ['by_duration:PT1H', Date.UTC(2026, 0, 1) - 3_600_000, 10],
  ] as const) {
    const scene = new Scene({ t: 1 })
    scene.logs.append('t-0', batchOf(numbers(0, 10)))
    const consumer = scene.consumer({ autoOffsetReset })
    consumer.assign([t0])
    assert.equal(await scene.until(consumer.position(t0)), offset)
    assert.equal(scene.logs.listed[0]?.timestamp, timestamp)
    await scene.until(consumer.close())
  }
})

test('auto.offset.reset none: without a committed offset the application is told, and a seek helps', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 10)))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'none' })
  consumer.assign([t0])
  const { seen, errors, stop } = reading(consumer)
  await scene.pass(100)
  const [error] = errors
  assert.ok(error instanceof ClientError && error.code === 'ODRADEK_NO_OFFSET')
  assert.match(error.message, /seek\({ topic: 't', partition: 0/)
  const again = reading(consumer)
  stop()
  consumer.seek({ ...t0, offset: 8 })
  await scene.pass(200)
  assert.deepEqual([...seen, ...again.seen], [8, 9])
  again.stop()
  await scene.until(consumer.close())
})

test('fetch before committed offsets are known: a slow, then failing OffsetFetch delays reading, and nothing is skipped or read again', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 10)))
  scene.story.coordinator.offsets.committed.set('t-0', { offset: 6, leaderEpoch: -1, metadata: '' })
  scene.story.coordinator.offsets.errors.set('t-0', 'UNSTABLE_OFFSET_COMMIT')
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest' })
  consumer.subscribe(['t'])
  const { seen, errors, stop } = reading(consumer)
  await scene.pass(5_000)
  assert.deepEqual(scene.logs.fetches, [])
  assert.deepEqual(scene.logs.listed, [])
  scene.story.coordinator.offsets.errors.delete('t-0')
  await scene.pass(2_000)
  assert.deepEqual(seen, [6, 7, 8, 9])
  assert.deepEqual(errors, [])
  stop()
  await scene.until(consumer.close())
})

test('an offset outside the log is reset as auto.offset.reset says', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 10)))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign([t0])
  consumer.seek({ ...t0, offset: 500 })
  const { seen, stop } = reading(consumer)
  await scene.pass(200)
  assert.deepEqual(seen, numbers(0, 10).map(Number))
  stop()
  await scene.until(consumer.close())
})

test('a new leader with a shorter log: reading goes on where its log differs, or the application is told', async () => {
  for (const autoOffsetReset of ['earliest', 'none'] as const) {
    const scene = new Scene({ t: 1 })
    scene.logs.append('t-0', batchOf(numbers(0, 5)))
    scene.logs.append('t-0', batchOf(numbers(5, 10)))
    const consumer = scene.consumer({ autoOffsetReset })
    consumer.assign([t0])
    consumer.seek({ ...t0, offset: 0 })
    const { seen, errors, stop } = reading(consumer)
    await scene.pass(100)
    assert.equal(seen.length, 10)
    // Broker 2 leads with epoch 1, and has only the first five of epoch 0.
    const log = scene.logs.log('t-0')
    log.truncate(5)
    log.epochEnds.set(0, 5)
    log.leaderEpoch = 1
    scene.clusters[0]!.lead('t', 0, 2, 1)
    await scene.pass(1_000)
    log.append(batchOf(['other']))
    await scene.pass(1_000)
    assert.deepEqual(scene.logs.validated[0], { partition: 't-0', leaderEpoch: 0 })
    if (autoOffsetReset === 'earliest') {
      assert.deepEqual(seen.slice(10), [5])
      assert.deepEqual(errors, [])
    } else {
      const [error] = errors
      assert.ok(error instanceof ClientError && error.code === 'ODRADEK_LOG_TRUNCATION')
      assert.match(error.message, /stands at offset 10.*differs at offset 5/)
      assert.equal(seen.length, 10)
    }
    stop()
    await scene.until(consumer.close())
  }
})

test('a new leader with the same log: nothing is lost or read twice', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 10)))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign([t0])
  const { seen, stop } = reading(consumer)
  await scene.pass(100)
  const log = scene.logs.log('t-0')
  log.epochEnds.set(0, 10)
  log.leaderEpoch = 1
  scene.clusters[0]!.lead('t', 0, 2, 1)
  await scene.pass(700)
  scene.logs.append('t-0', batchOf(numbers(10, 12)))
  await scene.pass(1_000)
  assert.deepEqual(seen, numbers(0, 12).map(Number))
  assert.equal(scene.logs.fetches.at(-1)?.broker, 2)
  stop()
  await scene.until(consumer.close())
})

test('a committed offset with an epoch is compared with the log before reading', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 10)))
  scene.logs.log('t-0').leaderEpoch = 3
  scene.logs.log('t-0').epochEnds.set(2, 10)
  scene.story.coordinator.offsets.committed.set('t-0', { offset: 4, leaderEpoch: 2, metadata: '' })
  const consumer = scene.consumer({ groupId: 'g' })
  scene.clusters[0]!.lead('t', 0, 1, 3)
  consumer.assign([t0])
  assert.equal(await scene.until(consumer.position(t0)), 4)
  assert.deepEqual(scene.logs.validated, [{ partition: 't-0', leaderEpoch: 2 }])
  await scene.until(consumer.close())
})

test('a look-up of offsets that fails is repeated, and what can not pass is told', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.listOffsetsError = 'LEADER_NOT_AVAILABLE'
  const consumer = scene.consumer({})
  consumer.assign([t0])
  const ends = consumer.endOffsets([t0], { timeoutMs: 5_000 })
  ends.catch(() => {})
  await scene.pass(1_000)
  scene.logs.listOffsetsError = undefined
  assert.deepEqual(await scene.until(ends), [{ ...t0, offset: 0, leaderEpoch: 0 }])
  scene.logs.listOffsetsError = 'OFFSET_NOT_AVAILABLE'
  const late = consumer.beginningOffsets([t0], { timeoutMs: 2_000 })
  await assert.rejects(scene.until(late), (error) => error instanceof KafkaError && error.code === 'REQUEST_TIMED_OUT')
  scene.logs.listOffsetsError = 'TOPIC_AUTHORIZATION_FAILED'
  await assert.rejects(
    scene.until(consumer.endOffsets([t0])),
    (error) => error instanceof KafkaError && error.code === 'TOPIC_AUTHORIZATION_FAILED',
  )
  scene.logs.listOffsetsError = undefined
  assert.deepEqual(await scene.until(consumer.offsetsForTimes([{ ...t0, timestamp: 5 }])), [undefined])
  await scene.until(consumer.close())
})

test('position waits no longer than it is told to', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.listOffsetsError = 'LEADER_NOT_AVAILABLE'
  const consumer = scene.consumer({})
  consumer.assign([t0])
  await assert.rejects(scene.until(consumer.position(t0, { timeoutMs: 1_000 })), /position of t-0 was not known within 1000 ms/)
  const stop = new AbortController()
  const position = consumer.position(t0, { signal: stop.signal })
  stop.abort(new Error('enough'))
  await assert.rejects(scene.until(position), /enough/)
  await scene.until(consumer.close())
  assert.equal(scene.holds, 0)
})

test('seekToBeginning and seekToEnd move all that is assigned, or some of it', async () => {
  const scene = new Scene({ t: 2 })
  for (const name of ['t-0', 't-1']) scene.logs.append(name, batchOf(numbers(0, 10)))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  const t1 = { topic: 't', partition: 1 }
  consumer.assign([t0, t1])
  consumer.seekToEnd()
  assert.equal(await scene.until(consumer.position(t0)), 10)
  assert.equal(await scene.until(consumer.position(t1)), 10)
  consumer.seekToBeginning([t1])
  assert.equal(await scene.until(consumer.position(t1)), 0)
  assert.equal(await scene.until(consumer.position(t0)), 10)
  await scene.until(consumer.close())
})

test('two times of one partition are asked for one after the other, since brokers refuse them together', async () => {
  const scene = new Scene({ t: 1 })
  const consumer = scene.consumer()
  assert.deepEqual(
    await scene.until(
      consumer.offsetsForTimes([
        { ...t0, timestamp: 5 },
        { ...t0, timestamp: 6 },
      ]),
    ),
    [undefined, undefined],
  )
  assert.deepEqual(
    scene.logs.listed.map(({ timestamp }) => timestamp),
    [5, 6],
  )
})
