import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initProducerId } from './init-producer-id.ts'
import type { InitProducerIdRequest } from './init-producer-id.ts'

function init(request: Partial<InitProducerIdRequest>) {
  let next = 1000
  return initProducerId({ transactionalId: null, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1, ...request }, () =>
    Promise.resolve(next++),
  )
}

test('an idempotent producer gets a new id with epoch 0, also when it had one', async () => {
  assert.deepEqual(await init({}), { producerId: 1000, producerEpoch: 0 })
  assert.deepEqual(await init({ producerId: 7, producerEpoch: 3 }), { producerId: 1000, producerEpoch: 0 })
})

test('half an id and an empty transactional id make no sense', async () => {
  await assert.rejects(init({ producerId: 7 }), { code: 'INVALID_REQUEST' })
  await assert.rejects(init({ producerEpoch: 0 }), { code: 'INVALID_REQUEST' })
  await assert.rejects(init({ transactionalId: '' }), { code: 'INVALID_REQUEST' })
})

test('a transactional producer is told at once that it can not be served', async () => {
  await assert.rejects(init({ transactionalId: 'payments' }), { code: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED' })
})

test('when no ids can be had the error is the one of whoever gives them', async () => {
  const request = { transactionalId: null, transactionTimeoutMs: 0, producerId: -1, producerEpoch: -1 }
  await assert.rejects(
    initProducerId(request, () => Promise.reject(new Error('no block'))),
    /no block/,
  )
})
