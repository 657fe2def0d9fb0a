import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allApis } from '@odradek/protocol/messages'
import { knownRelease, newestVersion } from './release-versions.ts'

test('every API of the protocol has its history, and 4.3 is as new as we are', () => {
  for (const { name, versions } of allApis) assert.equal(newestVersion(name, '4.3'), versions[1], name)
})

test('versions only rise, and what a release did not have it has no version of', () => {
  const releases = ['2.1', '2.4', '2.8', '3.0', '3.5', '3.9', '4.0', '4.3']
  for (const { name } of allApis) {
    const found = releases.map((release) => newestVersion(name, release) ?? -1)
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a - b),
      name,
    )
  }
  assert.equal(newestVersion('Fetch', '3.5'), 15)
  assert.equal(newestVersion('DescribeTopicPartitions', '3.7'), undefined)
  assert.equal(newestVersion('NoSuchApi', '4.3'), undefined)
})

test('a patch release speaks as its minor release does; one that nobody knows is refused', () => {
  assert.equal(knownRelease('3.5.2'), '3.5')
  for (const text of ['9.9', '1.0', 'latest', '']) assert.throws(() => knownRelease(text), /choose one from 2\.1 to 4\.3/)
})
