import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import { batchOf, textOf } from '../consumer-fixture.ts'
import { Scene } from '../scene/scene.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))
const keyed = (count: number, keys: number) =>
  Array.from({ length: count }, (_, at) => ({ key: Buffer.from(`k${at % keys}`), value: Buffer.from(String(at)), timestamp: 1 }))
const group = { groupId: 'g', autoOffsetReset: 'earliest' } as const

function sceneWith(partitions: number, records: number): Scene {
  const scene = new Scene({ t: partitions })
  for (let partition = 0; partition < partitions; partition++) scene.logs.append(`t-${partition}`, batchOf(numbers(0, records)))
  return scene
}

test('run handles a partition one record after the other, and partitions at once', async () => {
  const scene = sceneWith(3, 20)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'])
  const stop = new AbortController()
  const atWork = new Set<number>()
  let most = 0
  const seen: Record<number, number[]> = { 0: [], 1: [], 2: [] }
  const running = consumer.run(
    async ({ partition, offset }) => {
      assert.ok(!atWork.has(partition), 'handled twice at once')
      atWork.add(partition)
      most = Math.max(most, atWork.size)
      await new Promise<void>((resolve) => scene.time.after(10, resolve))
      atWork.delete(partition)
      seen[partition]!.push(offset)
      if (Object.values(seen).every((list) => list.length === 20)) stop.abort()
    },
    { signal: stop.signal },
  )
  await scene.until(running)
  assert.equal(most, 3)
  for (const list of Object.values(seen)) assert.deepEqual(list, numbers(0, 20).map(Number))
  await scene.until(consumer.close())
  assert.deepEqual(scene.committed, { 't-0': 20, 't-1': 20, 't-2': 20 })
  assert.equal(scene.holds, 0)
})

test('with order key the records of a key follow each other, others overtake, and what is committed has no gap', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(keyed(60, 3)))
  const consumer = scene.consumer({ ...group, autoCommitIntervalMs: 5 })
  consumer.subscribe(['t'])
  const random = new SeededRandom(3)
  const stop = new AbortController()
  const atWork = new Set<string>()
  const done = new Set<number>()
  const byKey: Record<string, number[]> = {}
  const running = consumer.run(
    async (record) => {
      const key = textOf(record.key)!
      assert.ok(!atWork.has(key), 'two records of a key at once')
      atWork.add(key)
      await new Promise<void>((resolve) => scene.time.after(random.nextInt(30), resolve))
      atWork.delete(key)
      ;(byKey[key] ??= []).push(record.offset)
      const committed = scene.committed['t-0'] ?? 0
      for (let offset = 0; offset < committed; offset++) assert.ok(done.has(offset), `${offset} is committed and not done`)
      done.add(record.offset)
      if (done.size === 60) stop.abort()
    },
    { order: 'key', concurrency: 4, signal: stop.signal },
  )
  await scene.until(running)
  for (const list of Object.values(byKey))
    assert.deepEqual(
      list,
      list.toSorted((a, b) => a - b),
    )
  await scene.until(consumer.close())
  assert.deepEqual(scene.committed, { 't-0': 60 })
})

test('with order key and none no record is lost when the next ones come while others are at work', async () => {
  for (const order of ['key', 'none'] as const) {
    const scene = new Scene({ t: 3 })
    for (const partition of [0, 1, 2]) for (let i = 0; i < 10; i++) scene.logs.append(`t-${partition}`, batchOf(keyed(100, 7)))
    const consumer = scene.consumer({ ...group, maxPollRecords: 100 })
    consumer.subscribe(['t'])
    const seen = new Set<string>()
    const stop = new AbortController()
    const running = consumer.run(
      async ({ partition, offset }) => {
        await new Promise<void>((resolve) => scene.time.after(1, resolve))
        seen.add(`${partition}/${offset}`)
        if (seen.size === 3_000) stop.abort()
      },
      { order, concurrency: 32, signal: stop.signal },
    )
    await scene.until(running)
    await scene.until(consumer.close())
    assert.deepEqual(scene.committed, { 't-0': 1_000, 't-1': 1_000, 't-2': 1_000 })
  }
})

test('with order none no more handlers run at once than allowed', async () => {
  const scene = sceneWith(1, 50)
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 't', partition: 0 }])
  const stop = new AbortController()
  let atWork = 0
  let most = 0
  let done = 0
  const running = consumer.run(
    async () => {
      most = Math.max(most, ++atWork)
      await new Promise<void>((resolve) => scene.time.after(10, resolve))
      atWork--
      if (++done === 50) stop.abort()
    },
    { order: 'none', concurrency: 7, signal: stop.signal },
  )
  await scene.until(running)
  assert.equal(most, 7)
  await scene.until(consumer.close())
})

test('error replays others: a failing handler ends run, and only its partition goes back to the record', async () => {
  const scene = sceneWith(2, 10)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'])
  const seen: string[] = []
  const running = consumer.run(async ({ partition, offset }) => {
    await new Promise<void>((resolve) => scene.time.after(5, resolve))
    if (partition === 0 && offset === 4) throw new Error('no money')
    seen.push(`${partition}/${offset}`)
  })
  running.catch(() => {})
  await assert.rejects(scene.until(running), /no money/)
  const stop = new AbortController()
  const again = consumer.run(
    ({ partition, offset }) => {
      seen.push(`${partition}/${offset}`)
      if (seen.length === 20) stop.abort()
    },
    { signal: stop.signal },
  )
  await scene.until(again)
  assert.equal(new Set(seen).size, 20)
  await scene.until(consumer.close())
  assert.deepEqual(scene.committed, { 't-0': 10, 't-1': 10 })
})

test('slow topic blocks: a handler that never ends holds up its own partition alone', async () => {
  const scene = sceneWith(2, 2_000)
  const consumer = scene.consumer({ autoOffsetReset: 'earliest', maxPartitionFetchBytes: 1_000 })
  consumer.assign([0, 1].map((partition) => ({ topic: 't', partition })))
  let release: () => void = () => {}
  const stuck = new Promise<void>((resolve) => (release = resolve))
  const seen = new Set<number>()
  const stop = new AbortController()
  const running = consumer.run(
    ({ partition, offset }) => {
      if (partition === 0) return stuck
      seen.add(offset)
      return undefined
    },
    { signal: stop.signal },
  )
  await scene.pass(2_000)
  for (let i = 0; i < 20; i++) scene.logs.append('t-1', batchOf(numbers(0, 100)))
  await scene.pass(5_000)
  assert.equal(seen.size, 4_000)
  stop.abort()
  release()
  await scene.until(running)
  await scene.until(consumer.close())
})

test('onError decides: again after a while, skip, fail', async () => {
  const scene = sceneWith(1, 5)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'])
  const attempts: string[] = []
  const running = consumer.run(
    async ({ offset }) => {
      attempts.push(`${offset}@${Math.floor(scene.time.monotonic() / 1000)}`)
      if (offset > 0) throw new Error(`at ${offset}`)
    },
    {
      onError: (_error, { offset }, attempt) => {
        if (offset === 1) return attempt < 3 ? { retryAfterMs: 1_000 } : 'skip'
        return offset === 2 ? 'skip' : 'fail'
      },
    },
  )
  running.catch(() => {})
  await assert.rejects(scene.until(running), /at 3/)
  assert.deepEqual(attempts, ['0@0', '1@0', '1@1', '1@2', '2@2', '3@2'])
  await scene.until(consumer.close())
  assert.deepEqual(scene.committed, { 't-0': 3 })
})

test('an aborted run begins nothing more and waits for the handlers at work', async () => {
  const scene = sceneWith(1, 5)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'])
  const stop = new AbortController()
  let done = 0
  const running = consumer.run(
    async (_record, signal) => {
      stop.abort()
      await new Promise<void>((resolve) => scene.time.after(500, resolve))
      assert.equal(signal.aborted, false)
      done++
    },
    { signal: stop.signal },
  )
  await scene.until(running)
  assert.equal(done, 1)
  await scene.until(consumer.close())
  assert.deepEqual(scene.committed, { 't-0': 1 })
})

test('close tells the handlers of run, waits for them, and commits what they finished', async () => {
  const scene = sceneWith(1, 5)
  const consumer = scene.consumer(group)
  consumer.subscribe(['t'])
  let told = false
  const running = consumer.run(async (_record, signal) => {
    signal.addEventListener('abort', () => (told = true))
    await new Promise<void>((resolve) => scene.time.after(500, resolve))
  })
  await scene.pass(300)
  await scene.until(consumer.close())
  await running
  assert.equal(told, true)
  assert.deepEqual(scene.committed, { 't-0': 1 })
})

test('partition handled twice at once: random handler times, errors and rebalances never overlap, lose or reorder', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const scene = sceneWith(4, 40)
    const random = new SeededRandom(seed)
    const atWork = new Set<string>()
    const done = new Map<string, number[]>()
    const stop = new AbortController()
    const one = (name: string) => {
      const consumer = scene.consumer({ ...group, heartbeatIntervalMs: 100, autoCommitIntervalMs: 50 })
      consumer.subscribe(['t'])
      const running = consumer.run(
        async ({ partition, offset }, signal) => {
          const place = `t-${partition}`
          assert.ok(!atWork.has(place), `${place} is handled twice at once (seed ${seed}, ${name})`)
          atWork.add(place)
          await new Promise<void>((resolve) => scene.time.after(random.nextInt(40), resolve))
          atWork.delete(place)
          // Told to stop, and not done: it comes again to whoever has the partition then.
          signal.throwIfAborted()
          if (random.nextInt(10) === 0) throw new Error('now and then')
          const list = done.get(place) ?? []
          done.set(place, [...list, offset])
        },
        { signal: stop.signal, onError: () => ({ retryAfterMs: random.nextInt(20) }) },
      )
      return { consumer, running }
    }
    const members = [one('a')]
    await scene.pass(300)
    members.push(one('b'))
    await scene.pass(400)
    members.push(one('c'))
    await scene.pass(10_000)
    stop.abort()
    for (const { running, consumer } of members) {
      await scene.until(running)
      await scene.until(consumer.close())
    }
    for (const place of ['t-0', 't-1', 't-2', 't-3']) {
      assert.equal(new Set(done.get(place)).size, 40, `all of ${place} (seed ${seed})`)
      assert.equal(scene.committed[place], 40)
    }
  }
})
