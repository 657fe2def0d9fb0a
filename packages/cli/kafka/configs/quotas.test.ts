import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quotaLine } from './quotas.ts'

test('quotas are shown as Kafka shows them', () => {
  const rates = new Map([
    ['producer_byte_rate', 1024],
    ['consumer_byte_rate', 20_000_000.5],
  ])
  assert.match(
    quotaLine({ user: 'alice' }, rates),
    /^Quota configs for user-principal 'alice' are (?:producer_byte_rate=1024\.0, consumer_byte_rate=2\.00000005E7|consumer_byte_rate=2\.00000005E7, producer_byte_rate=1024\.0)$/,
  )
  const percentage = new Map([['request_percentage', 50]])
  assert.equal(
    quotaLine({ 'client-id': null, user: 'alice' }, percentage),
    "Quota configs for user-principal 'alice', the default client-id are request_percentage=50.0",
  )
  assert.equal(quotaLine({ user: null }, percentage), 'Quota configs for the default user-principal are request_percentage=50.0')
  assert.equal(
    quotaLine({ ip: '10.0.0.1' }, new Map([['connection_creation_rate', 10]])),
    "Quota configs for ip '10.0.0.1' are connection_creation_rate=10.0",
  )
})
