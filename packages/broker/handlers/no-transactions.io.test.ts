import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorName } from '@odradek/protocol'
import { FindCoordinator, InitProducerId } from '@odradek/protocol/messages'
import { RecordedLog, startBroker } from '@odradek/testing'

test('a transactional producer is refused, and the log says that it is not for want of ACLs', async () => {
  const log = new RecordedLog()
  await using broker = await startBroker({ logger: log })
  await using client = await broker.connect({ clientId: 'payments' })
  const warnings = () => log.take().filter(({ level }) => level === 'warn')

  const { coordinators } = await client.call(FindCoordinator, { keyType: 1, coordinatorKeys: ['t'] })
  assert.equal(errorName(coordinators[0]?.errorCode ?? 0), 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  const [asked] = warnings()
  assert.match(asked?.message ?? '', /does not serve transactions yet/)
  assert.equal(asked?.fields['clientId'], 'payments')

  const request = { transactionTimeoutMs: 1_000, producerId: -1, producerEpoch: -1 }
  const { errorCode } = await client.call(InitProducerId, { ...request, transactionalId: 't' })
  assert.equal(errorName(errorCode), 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  assert.equal(warnings().length, 1)

  assert.equal((await client.call(InitProducerId, { ...request, transactionalId: null })).errorCode, 0)
  assert.deepEqual(warnings(), [])
})
