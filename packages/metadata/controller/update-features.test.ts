import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from './outcome.ts'
import { allocateProducerIds } from './producer-ids.ts'
import { TestCluster } from './test-cluster.ts'
import { updateFeatures } from './update-features.ts'
import type { FeatureUpdate, UpgradeType } from './update-features.ts'

const to = (feature: string, level: number, upgradeType: UpgradeType | undefined = 'upgrade'): FeatureUpdate => ({
  feature,
  level,
  upgradeType,
})
const update = (cluster: TestCluster, ...updates: readonly FeatureUpdate[]): Outcome =>
  cluster.decide((context) => updateFeatures(context, { updates, validateOnly: false }))
const levels = (cluster: TestCluster): object => Object.fromEntries(cluster.image.finalizedFeatures)

test('features move to levels that every broker can work at, all of a request or none', () => {
  const cluster = new TestCluster()
  assert.equal(update(cluster, to('transaction.version', 2)).error, 'NONE')
  assert.deepEqual(levels(cluster), { 'metadata.version': 29, 'transaction.version': 2 })
  assert.equal(update(cluster, to('metadata.version', 30), to('transaction.version', 3)).error, 'INVALID_UPDATE_VERSION')
  assert.deepEqual(levels(cluster), { 'metadata.version': 29, 'transaction.version': 2 })
  assert.equal(update(cluster, to('transaction.version', 0, 'safe-downgrade')).error, 'NONE')
  assert.deepEqual(levels(cluster), { 'metadata.version': 29 })
})

test('wrong levels are refused with the words of Kafka', () => {
  const cluster = new TestCluster()
  update(cluster, to('transaction.version', 1))
  const message = (wanted: FeatureUpdate): string | null => update(cluster, wanted).message
  assert.equal(message(to('no.such', 1)), 'Invalid update version 1 for feature no.such. Local controller 1 does not support this feature.')
  // Found by comparing kafka-features with Apache's: to switch off what is not there was fine.
  assert.equal(message(to('no.such', 0)), 'Invalid update version 0 for feature no.such. Feature no.such not found.')
  assert.equal(
    message(to('transaction.version', 3)),
    'Invalid update version 3 for feature transaction.version. Local controller 1 only supports versions 0-2',
  )
  assert.match(message(to('transaction.version', -1)) ?? '', /cannot be less than 0/)
  assert.match(message(to('transaction.version', 0)) ?? '', /Can't downgrade .* without setting the upgrade type/)
  assert.match(message(to('transaction.version', 2, 'safe-downgrade')) ?? '', /Can't downgrade to a newer version/)
  assert.match(message(to('metadata.version', 28, 'unsafe-downgrade')) ?? '', /Can't downgrade/)
  assert.match(
    update(cluster, { feature: 'transaction.version', level: 2, upgradeType: undefined }).message ?? '',
    /does not support the given upgrade type/,
  )
})

test('producer ids come in blocks that never overlap', () => {
  const cluster = new TestCluster()
  assert.deepEqual(cluster.decide(allocateProducerIds), { first: 0, count: 1000 })
  assert.deepEqual(cluster.decide(allocateProducerIds), { first: 1000, count: 1000 })
})
