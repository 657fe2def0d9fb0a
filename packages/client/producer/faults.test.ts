import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { produce } from './producer-fixture.ts'

// A search for metadata that had no time began again and again, in microtasks: no timer and no socket of the process had its turn any more.
test('max.block.ms 0: a record for a topic that is not known yet fails at once, and the process goes on', async () => {
  const { cluster, producer, failure, time, close } = produce({ maxBlockMs: 0 }, {})
  cluster.onProduce = (request) => request.answer()
  cluster.topicError = new KafkaError('REQUEST_TIMED_OUT')
  assert.equal(await failure(producer.send('orders', { value: 'v' })), 'REQUEST_TIMED_OUT')
  assert.equal(await failure(producer.sendAll('orders', [{ value: 'v' }])), 'REQUEST_TIMED_OUT')
  cluster.topicError = undefined
  cluster.publish({ orders: [1] })
  const sent = producer.send('orders', { value: 'v' })
  await time.advance(5)
  assert.equal((await sent).offset, 0)
  await close()
})
