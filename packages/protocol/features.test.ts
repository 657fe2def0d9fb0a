import assert from 'node:assert/strict'
import { test } from 'node:test'
import { featureRange, features, featuresToAnnounce, isFeatureName, metadataVersionNames } from './features.ts'

test('old clients are not told features that begin at level 0, over which they stumble', () => {
  assert.deepEqual(featuresToAnnounce(3), [{ name: 'metadata.version', minVersion: 7, maxVersion: 30 }])
  assert.deepEqual(featuresToAnnounce(0), featuresToAnnounce(3))
  assert.deepEqual(featuresToAnnounce(4), features)
})

test('every level of metadata.version has the name of its release', () => {
  const { minVersion, maxVersion } = featureRange('metadata.version')
  assert.deepEqual(
    [...metadataVersionNames.keys()],
    Array.from({ length: maxVersion - minVersion + 1 }, (_, index) => minVersion + index),
  )
  assert.equal(metadataVersionNames.get(7), '3.3-IV3')
  assert.equal(metadataVersionNames.get(14), '3.6-IV2')
  assert.equal(metadataVersionNames.get(19), '3.7-IV4')
  assert.equal(metadataVersionNames.get(25), '4.0-IV3')
  assert.equal(metadataVersionNames.get(30), '4.3-IV0')
})

test('a name is a feature only if Kafka has it', () => {
  assert.equal(isFeatureName('group.version'), true)
  assert.equal(isFeatureName('toString'), false)
  assert.equal(isFeatureName('coffee.version'), false)
})
