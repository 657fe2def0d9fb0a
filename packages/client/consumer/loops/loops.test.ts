import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildMarkerBatch } from '@odradek/protocol/records'
import { batchOf } from '../consumer-fixture.ts'
import type { Consumer } from '../consumer.ts'
import { Scene } from '../scene/scene.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))

/** A scene with so many records in each partition of `t`. */
function sceneWith(partitions: number, records: number): Scene {
  const scene = new Scene({ t: partitions })
  for (let partition = 0; partition < partitions; partition++) scene.logs.append(`t-${partition}`, batchOf(numbers(0, records)))
  return scene
}

/** Takes records until there are so many, as offsets by partition. */
async function readSome(consumer: Consumer, count: number): Promise<string[]> {
  const seen: string[] = []
  for await (const record of consumer.records()) {
    seen.push(`${record.partition}/${record.offset}`)
    if (seen.length === count) break
  }
  return seen
}

const group = { groupId: 'g', autoOffsetReset: 'earliest' } as const

test('records of a group come in order, and are committed by the timer when they are processed', async () => {
  const scene = sceneWith(1, 10)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'])
  const iterator = consumer.records()[Symbol.asyncIterator]()
  const first = iterator.next()
  await scene.pass(100)
  assert.equal((await first).value?.offset, 0)
  for (let offset = 1; offset < 5; offset++) assert.equal((await iterator.next()).value?.offset, offset)
  await scene.pass(6_000)
  // The fifth, offset 4, is still in hand.
  assert.deepEqual(scene.committed, { 't-0': 4 })
  await iterator.return?.()
  await scene.until(consumer.close())
  assert.deepEqual(scene.committed, { 't-0': 4 })
  assert.equal(scene.holds, 0)
  // The broker of the scene ends its last long poll.
  await scene.pass(1_000)
  assert.equal(scene.time.pendingTimers, 0)
})

test('auto commit before processing: a record whose handling has not ended comes again', async () => {
  const scene = sceneWith(1, 3)
  const dying = scene.consumer({ ...group, sessionTimeoutMs: 6_000, heartbeatIntervalMs: 1_000 })
  dying.subscribe(['t'])
  const iterator = dying.records()[Symbol.asyncIterator]()
  const first = iterator.next()
  await scene.pass(100)
  await first
  assert.equal((await iterator.next()).value?.offset, 1)
  // Long in the handler; commits go on by timer meanwhile, then the process dies.
  await scene.pass(20_000)
  assert.deepEqual(scene.committed, { 't-0': 1 })
  const heir = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest' })
  heir.assign([{ topic: 't', partition: 0 }])
  const again = readSome(heir, 2)
  await scene.pass(1_000)
  assert.deepEqual(await again, ['0/1', '0/2'])
})

test('batches come of partitions in turn, with at most max.poll.records', async () => {
  const scene = sceneWith(3, 30)
  const consumer = scene.consumer({ autoOffsetReset: 'earliest', maxPollRecords: 10 })
  consumer.assign([0, 1, 2].map((partition) => ({ topic: 't', partition })))
  const seen: string[] = []
  const loop = (async () => {
    for await (const batch of consumer.batches()) {
      assert.equal(batch.count, 10)
      assert.equal([...batch].length, 10)
      assert.equal(batch.nextOffset, batch.firstOffset + 10)
      assert.equal(batch.lag, 30 - batch.nextOffset)
      seen.push(`${batch.partition}/${batch.firstOffset}`)
      if (seen.length === 9) break
    }
  })()
  await scene.pass(1_000)
  await loop
  assert.deepEqual(seen, ['0/0', '1/0', '2/0', '0/10', '1/10', '2/10', '0/20', '1/20', '2/20'])
})

test('a loop ends normally when its signal is aborted, with what it has finished committed', async () => {
  const scene = sceneWith(1, 5)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'])
  const stop = new AbortController()
  const seen: number[] = []
  const loop = (async () => {
    for await (const record of consumer.records({ signal: stop.signal })) {
      seen.push(record.offset)
      if (record.offset === 2) stop.abort()
    }
  })()
  await scene.pass(1_000)
  await loop
  assert.deepEqual(seen, [0, 1, 2])
  await scene.until(consumer.close())
  assert.deepEqual(scene.committed, { 't-0': 3 })
})

test('waiting for records ends with an aborted signal, and with close', async () => {
  for (const end of ['abort', 'close'] as const) {
    const scene = new Scene({ t: 1 })
    const consumer = scene.consumer({})
    consumer.assign([{ topic: 't', partition: 0 }])
    const stop = new AbortController()
    let isDone = false
    const loop = (async () => {
      for await (const _ of consumer.records({ signal: stop.signal })) assert.fail('there are no records')
      isDone = true
    })()
    await scene.pass(2_000)
    assert.equal(isDone, false)
    assert.equal(scene.holds, 1)
    if (end === 'abort') stop.abort()
    else void consumer.close()
    await scene.pass(100)
    await loop
    assert.equal(scene.holds, 0)
  }
})

test('a batch at which a loop was left comes again as it was, without another fetch', async () => {
  const scene = sceneWith(1, 20)
  const consumer = scene.consumer({ autoOffsetReset: 'earliest', maxPollRecords: 10 })
  consumer.assign([{ topic: 't', partition: 0 }])
  const one = (async () => {
    for await (const batch of consumer.batches()) return batch.firstOffset
    return undefined
  })()
  await scene.pass(100)
  assert.equal(await one, 0)
  const fetches = scene.logs.fetches.length
  assert.deepEqual(await scene.until(readSome(consumer, 3)), ['0/0', '0/1', '0/2'])
  assert.ok(scene.logs.fetches.length <= fetches + 1)
})

test('poll gives at most max.poll.records in all, and the next poll says that they are processed', async () => {
  const scene = sceneWith(2, 10)
  const consumer = scene.consumer({ ...group, maxPollRecords: 15 })
  consumer.subscribe(['t'])
  const polled = consumer.poll(1_000)
  await scene.pass(100)
  assert.deepEqual(
    (await polled).map(({ partition, count }) => [partition, count]),
    [
      [0, 10],
      [1, 5],
    ],
  )
  await scene.pass(10_000)
  // Where reading began is committed, and nothing of what is in hand.
  assert.deepEqual(scene.committed, { 't-0': 0, 't-1': 0 })
  const next = await scene.until(consumer.poll(1_000))
  assert.deepEqual(
    next.map(({ partition, count }) => [partition, count]),
    [[1, 5]],
  )
  const commit = consumer.commit()
  await scene.pass(100)
  await commit
  assert.deepEqual(scene.committed, { 't-0': 10, 't-1': 10 })
  const none = consumer.poll(300)
  await scene.pass(300)
  assert.deepEqual(await none, [])
})

test('poll rejects with the reason of its signal', async () => {
  const scene = new Scene({ t: 1 })
  const consumer = scene.consumer()
  consumer.assign([{ topic: 't', partition: 0 }])
  const stop = new AbortController()
  const polled = consumer.poll(60_000, { signal: stop.signal })
  await scene.pass(10)
  stop.abort(new Error('enough'))
  await assert.rejects(polled, /enough/)
  await assert.rejects(consumer.poll(1, { signal: stop.signal }), /enough/)
})

test('what batch.commit() has committed, auto commit does not take back while the batch is still in hand', async () => {
  // Found by the simulator, seed 0xc2: the commit of the batch, then the timer, which only knew what was processed before it.
  const scene = sceneWith(1, 10)
  const consumer = scene.consumer({ ...group, maxPollRecords: 4 })
  consumer.subscribe(['t'])
  const iterator = consumer.batches()[Symbol.asyncIterator]()
  const first = iterator.next()
  await scene.pass(100)
  await first
  const second = await scene.until(iterator.next())
  assert(second.value !== undefined)
  assert.equal(second.value.firstOffset, 4)
  await scene.until(second.value.commit())
  assert.deepEqual(scene.committed, { 't-0': 8 })
  await scene.pass(12_000)
  assert.deepEqual(scene.committed, { 't-0': 8 })
  await iterator.return?.()
  await scene.until(consumer.close())
})

test('an answer in which nothing is to be seen does not end the reading', async () => {
  // Found by the simulator, seed 0x584: one broker, and an answer of aborted records and markers alone. Nobody asked again.
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', buildMarkerBatch({ type: 'abort', coordinatorEpoch: 0, producerId: 7, producerEpoch: 0, timestampMs: 0 }))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 't', partition: 0 }])
  assert.deepEqual(await scene.until(consumer.poll(1)), [])
  // The answer comes while nobody waits for records, and is looked at by the next poll.
  await scene.pass(300)
  assert.deepEqual(await scene.until(consumer.poll(1)), [])
  scene.logs.append('t-0', batchOf(numbers(0, 2)))
  await scene.pass(1_000)
  const [batch] = await scene.until(consumer.poll(1_000))
  assert.equal(batch?.firstOffset, 1)
  await scene.until(consumer.close())
})

test('a loop that ends leaves what was finished committed, whatever ends it', async () => {
  for (const how of ['records', 'batches', 'run'] as const) {
    const scene = sceneWith(1, 10)
    const consumer = scene.consumer({ ...group, maxPollRecords: 4 })
    consumer.subscribe(['t'])
    const stop = new AbortController()
    const loop = async (): Promise<void> => {
      const { signal } = stop
      const seen = (offset: number): void => {
        if (offset === 7) stop.abort()
      }
      if (how === 'run') await consumer.run(({ offset }) => seen(offset), { signal })
      else if (how === 'records') for await (const { offset } of consumer.records({ signal })) seen(offset)
      else for await (const { nextOffset } of consumer.batches({ signal })) seen(nextOffset - 1)
    }
    await scene.until(loop())
    assert.deepEqual(scene.committed, { 't-0': 8 }, how)
    await scene.until(consumer.close())
  }
  const scene = sceneWith(1, 10)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'])
  await scene.until(readSome(consumer, 4))
  // The record at which it was left is not processed.
  assert.deepEqual(scene.committed, { 't-0': 3 })
  const left = async (): Promise<void> => {
    for await (const { offset } of consumer.records()) if (offset === 6) throw new Error('no more')
  }
  await assert.rejects(scene.until(left()), /no more/)
  assert.deepEqual(scene.committed, { 't-0': 6 })
  await scene.until(consumer.close())
})

test('a loop that ends is not held up by a coordinator that is away, and without auto commit asks it nothing', async () => {
  const scene = sceneWith(1, 10)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'])
  const iterator = consumer.records()[Symbol.asyncIterator]()
  await scene.until(iterator.next())
  await iterator.next()
  scene.story.coordinator.silence()
  const before = scene.time.monotonic()
  await scene.until(iterator.return!())
  assert.ok(scene.time.monotonic() - before <= 2_100)
  assert.ok(
    scene.story.lines.some((line) => line.startsWith('warn') && line.includes('comes again unless')),
    scene.story.lines.join(),
  )
  scene.story.coordinator.speakAgain()
  await scene.pass(6_000)
  assert.deepEqual(scene.committed, { 't-0': 1 })
  await scene.until(consumer.close())

  const byHand = scene.consumer({ ...group, enableAutoCommit: false })
  byHand.subscribe(['t'])
  await scene.until(readSome(byHand, 3))
  assert.deepEqual(scene.committed, { 't-0': 1 })
})
