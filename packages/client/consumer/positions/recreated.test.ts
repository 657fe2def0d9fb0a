import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf } from '../consumer-fixture.ts'
import { ClientError } from '../../errors/index.ts'
import { Scene } from '../scene/scene.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))

/** The topic is deleted, made again with these records, and metadata tell of it. */
function makeAgain(scene: Scene, records: number): void {
  const log = scene.logs.log('t-0')
  log.batches.length = 0
  log.append(batchOf(numbers(100, 100 + records)))
  const [cluster] = scene.clusters
  const topic = cluster!.metadata.topics.get('t')!
  cluster!.metadata = {
    ...cluster!.metadata,
    revision: cluster!.metadata.revision + 1,
    topics: new Map([['t', { ...topic, topicId: `${topic.topicId.slice(0, -1)}B` }]]),
  }
  cluster!.tell()
}

test('of a topic that was deleted and made again all records come, however far the old one was read', async () => {
  // Found by hand: reading went on at the old offset, and the first records of the new topic were never seen.
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 10)))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 't', partition: 0 }])
  const [old] = await scene.until(consumer.poll(1_000))
  assert.equal(old?.nextOffset, 10)
  makeAgain(scene, 30)
  // The scene knows topics by their ids of before.
  scene.clusters[0]!.versions = { Fetch: 12 }
  const [first] = await scene.until(consumer.poll(2_000))
  assert.deepEqual([first?.firstOffset, first?.nextOffset], [0, 30])
  assert.ok(scene.story.lines.some((line) => line.includes('deleted and made again')))
  await scene.until(consumer.close())
})

test('auto.offset.reset none: of a topic that was deleted and made again the application is told, and a seek helps', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 10)))
  const consumer = scene.consumer({ autoOffsetReset: 'none' })
  consumer.assign([{ topic: 't', partition: 0 }])
  consumer.seek({ topic: 't', partition: 0, offset: 5 })
  assert.equal((await scene.until(consumer.poll(1_000)))[0]?.firstOffset, 5)
  makeAgain(scene, 30)
  scene.clusters[0]!.versions = { Fetch: 12 }
  await assert.rejects(
    scene.until(consumer.poll(2_000)),
    (error) => error instanceof ClientError && error.code === 'ODRADEK_NO_OFFSET' && /made again/.test(error.message),
  )
  consumer.seek({ topic: 't', partition: 0, offset: 0 })
  assert.equal((await scene.until(consumer.poll(2_000)))[0]?.firstOffset, 0)
  await scene.until(consumer.close())
})
