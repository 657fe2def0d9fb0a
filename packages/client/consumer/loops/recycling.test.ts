import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { after, test } from 'node:test'
import { framePool } from '../../cluster/frame-pool.ts'
import { batchOf, textOf } from '../consumer-fixture.ts'
import type { ConsumerBatch } from '../batch.ts'
import { Scene } from '../scene/scene.ts'

framePool.poisons = true
after(() => {
  framePool.poisons = false
})

const values = (from: number): string[] => Array.from({ length: 10 }, (_, at) => `value ${from + at}`)

function sceneWith(batches: number, codec: 'none' | 'lz4' = 'none'): Scene {
  const scene = new Scene({ t: 1 })
  for (let i = 0; i < batches; i++) scene.logs.append('t-0', batchOf(values(i * 10), { codec }))
  return scene
}

const options = { autoOffsetReset: 'earliest', maxPollRecords: 7, maxPartitionFetchBytes: 1_000 } as const

/** Hands each batch to `visit`, until there are no more. */
async function readAll(scene: Scene, count: number, visit: (batch: ConsumerBatch) => number): Promise<void> {
  const consumer = scene.consumer(options)
  consumer.assign([{ topic: 't', partition: 0 }])
  const loop = (async () => {
    let left = count
    for await (const batch of consumer.batches()) if ((left -= visit(batch)) <= 0) break
  })()
  await scene.until(loop)
  await scene.until(consumer.close())
}

test('what a cursor shows is whole, though frames are used again as soon as the next batch is asked for', async () => {
  const seen: (string | null)[] = []
  await readAll(sceneWith(50), 500, (batch) => {
    for (const record of batch.cursor()) seen.push(textOf(record.value))
    return batch.count
  })
  assert.deepEqual(
    seen,
    Array.from({ length: 500 }, (_, at) => `value ${at}`),
  )
})

test('records that were handed out stay as they are, and so do those that were detached from a cursor', async () => {
  const kept: (Uint8Array | null)[] = []
  await readAll(sceneWith(30), 300, (batch) => {
    if (batch.firstOffset % 2 === 0) for (const record of batch) kept.push(record.value)
    else for (const record of batch.cursor()) kept.push(record.detach().value)
    return batch.count
  })
  assert.deepEqual(
    kept.map((bytes) => textOf(bytes)),
    Array.from({ length: 300 }, (_, at) => `value ${at}`),
  )
})

test('a batch that was not looked at can be looked at later; one that a cursor has read can not', async () => {
  const untouched: ConsumerBatch[] = []
  const read: ConsumerBatch[] = []
  await readAll(sceneWith(30), 300, (batch) => {
    if (read.length <= untouched.length) {
      for (const _ of batch.cursor());
      read.push(batch)
    } else untouched.push(batch)
    return batch.count
  })
  for (const batch of untouched) for (const record of batch) assert.equal(textOf(record.value), `value ${record.offset}`)
  for (const batch of read.slice(0, -1)) {
    assert.throws(() => [...batch], /its memory is used again/)
    assert.throws(() => [...batch.cursor()], /ODRADEK_STATE|its memory is used again/)
  }
})

test('a cursor that is used after the next batch was asked for says so instead of showing nonsense', async () => {
  let late: Iterator<unknown> | undefined
  await readAll(sceneWith(5), 50, (batch) => {
    if (late !== undefined) assert.throws(() => late?.next(), /its memory is used again/)
    late = batch.cursor()[Symbol.iterator]()
    late.next()
    return batch.count
  })
})

test('frames of compressed batches are used again whatever is kept of their records', async () => {
  const before = framePool.returned
  const kept: (Uint8Array | null)[] = []
  await readAll(sceneWith(50, 'lz4'), 500, (batch) => {
    for (const record of batch) kept.push(record.value)
    return batch.count
  })
  assert.deepEqual(
    kept.map((bytes) => textOf(bytes)),
    Array.from({ length: 500 }, (_, at) => `value ${at}`),
  )
  assert.ok(framePool.returned - before >= 10, String(framePool.returned - before))
})

test('the pool takes back only what came from it, once', () => {
  const frame = framePool.take(200_000)
  assert.equal(frame.length, 200_000)
  const before = framePool.returned
  framePool.giveBack(Buffer.alloc(10).buffer)
  framePool.giveBack(frame.buffer)
  framePool.giveBack(frame.buffer)
  assert.equal(framePool.returned - before, 1)
  assert.equal(framePool.take(199_000).buffer, frame.buffer)
})

test('a batch that a loop was left with can be looked at later, though its records came again and a cursor has read them', async () => {
  const scene = sceneWith(30)
  const consumer = scene.consumer({ ...options, enableAutoCommit: false })
  consumer.assign([{ topic: 't', partition: 0 }])
  let left: ConsumerBatch | undefined
  await scene.until(
    (async () => {
      for await (const batch of consumer.batches()) {
        left = batch
        break
      }
      let count = 0
      for await (const batch of consumer.batches()) {
        for (const _ of batch.cursor()) count++
        if (count >= 200) break
      }
    })(),
  )
  assert.equal(left?.count, 7)
  assert.deepEqual(
    [...(left ?? [])].map(({ value }) => textOf(value)),
    Array.from({ length: 7 }, (_, at) => `value ${at}`),
  )
  await scene.until(consumer.close())
})
