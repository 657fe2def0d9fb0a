import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { batchOf } from '../consumer-fixture.ts'
import { Scene } from '../scene/scene.ts'
import { int32, json, string } from '../../serdes/index.ts'
import { topic } from '../../topic.ts'

const headers = [
  { key: 'trace', value: Buffer.from('a') },
  { key: 'trace', value: null },
]

test('a record and a batch can be printed, and a record made JSON of', async () => {
  const orders = topic('t', { key: string, value: json<{ id: number }>() })
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf([{ key: Buffer.from('c1'), value: Buffer.from('{"id":7}'), timestamp: 5, headers }]))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest', topics: [orders] })
  const [batch] = await scene.until(consumer.poll(1_000))
  const [record] = batch!
  assert.match(inspect(batch), /^ConsumerBatch {.*topic: 't'.*count: 1/s)
  assert.match(inspect(record), /^ConsumerRecord {.*topic: 't'.*offset: 0.*key: 'c1'.*value: { id: 7 }.*headers: \[ \[ 'trace'/s)
  assert.deepEqual(JSON.parse(JSON.stringify(record)), {
    topic: 't',
    partition: 0,
    offset: 0,
    timestamp: 5,
    key: 'c1',
    value: { id: 7 },
    headers: [
      ['trace', { type: 'Buffer', data: [97] }],
      ['trace', null],
    ],
  })
  assert.match(inspect(record?.headers), /trace/)
  await scene.until(consumer.close())
})

test('a record that can not be read can still be printed, and says why', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(['seven']))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest', topics: [topic('t', { value: int32 })] })
  const [batch] = await scene.until(consumer.poll(1_000))
  const [record] = batch!
  assert.match(inspect(record), /ConsumerRecord {.*offset: 0.*value: DeserializationError: The value of the record at offset 0 of t-0/s)
  await scene.until(consumer.close())
})
