import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCode } from '@odradek/protocol'
import { controllersAsMetadata } from './ask-controllers.ts'

const answer = {
  throttleTimeMs: 0,
  errorCode: 0,
  errorMessage: null,
  endpointType: 2,
  clusterId: 'c',
  controllerId: 3,
  brokers: [{ brokerId: 3, host: 'controller-3', port: 9093, rack: null, isFenced: false }],
  clusterAuthorizedOperations: 0,
}

test('controllers tell who they are and who leads them, as brokers do in metadata (KIP-919)', () => {
  const { brokers, controllerId, topics } = controllersAsMetadata(answer)
  assert.deepEqual(brokers, [{ nodeId: 3, host: 'controller-3', port: 9093, rack: null }])
  assert.equal(controllerId, 3)
  assert.deepEqual(topics, [])
})

test('a broker where a controller should be is told at once, and not tried again', () => {
  assert.throws(() => controllersAsMetadata({ ...answer, errorCode: errorCode('MISMATCHED_ENDPOINT_TYPE') }), {
    code: 'MISMATCHED_ENDPOINT_TYPE',
    fatal: true,
  })
})
