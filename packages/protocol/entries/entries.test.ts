import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MalformedMessage } from '../schema/malformed-message.ts'
import { ConsumerGroupMetadataEntry, consumerOffsetsEntries, entryType, GroupMetadataEntry, OffsetCommitEntry } from './index.ts'

const topicId = 'AAECAwQFBgcICQoLDA0ODw'

test('a committed offset reads back as it was written, with all 64 bits', () => {
  const key = { group: 'g', topic: 't', partition: 7 }
  assert.deepEqual(OffsetCommitEntry.decodeKey(OffsetCommitEntry.encodeKey(key)), key)
  assert.equal(entryType(OffsetCommitEntry.encodeKey(key)), 1)
  for (const offset of [0, 12, 2 ** 53 - 1, 2n ** 53n + 1n, 2n ** 63n - 1n]) {
    const value = { offset, leaderEpoch: 3, metadata: 'note', commitTimestamp: 1_700_000_000_000, expireTimestamp: -1, topicId }
    assert.deepEqual(OffsetCommitEntry.decodeValue(OffsetCommitEntry.encodeValue(value)), value)
  }
})

test('the version with a retention of its own drops what it has no place for', () => {
  const value = { offset: 5, leaderEpoch: 3, metadata: '', commitTimestamp: 10, expireTimestamp: 20, topicId }
  const bytes = OffsetCommitEntry.encodeValue(value, 1)
  assert.equal(bytes.readInt16BE(0), 1)
  assert.deepEqual(OffsetCommitEntry.decodeValue(bytes), { ...value, leaderEpoch: -1, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' })
})

test('a group of any older version can be read', () => {
  const member = {
    memberId: 'm',
    groupInstanceId: null,
    clientId: 'c',
    clientHost: '/127.0.0.1',
    rebalanceTimeout: 5,
    sessionTimeout: 6,
    subscription: Buffer.from([1]),
    assignment: Buffer.from([2, 3]),
  }
  const value = { protocolType: 'consumer', generation: 4, protocol: 'range', leader: 'm', currentStateTimestamp: 9, members: [member] }
  for (const version of [0, 1, 2, 3, 4]) {
    const read = GroupMetadataEntry.decodeValue(GroupMetadataEntry.encodeValue(value, version))
    assert.equal(read.generation, 4)
    assert.equal(read.currentStateTimestamp, version >= 2 ? 9 : -1)
    assert.equal(read.members[0]?.rebalanceTimeout, version >= 1 ? 5 : -1)
    assert.deepEqual(read.members[0]?.assignment, Buffer.from([2, 3]))
  }
  assert.equal(GroupMetadataEntry.encodeValue(value).readInt16BE(0), 3)
})

test('a metadata hash keeps all 64 bits', () => {
  const value = { epoch: 1, metadataHash: -(2n ** 62n) - 1n }
  assert.deepEqual(ConsumerGroupMetadataEntry.decodeValue(ConsumerGroupMetadataEntry.encodeValue(value)), value)
})

test('a record of another type or a version of the future is refused by name', () => {
  assert.throws(() => OffsetCommitEntry.decodeKey(GroupMetadataEntry.encodeKey({ group: 'g' })), {
    name: 'MalformedMessage',
    message: /OffsetCommit key: Type 2 instead of 1/,
  })
  assert.throws(() => OffsetCommitEntry.decodeValue(Buffer.from('0005', 'hex')), /OffsetCommit value: Version 5 is none of 0 to 4/)
  assert.throws(() => OffsetCommitEntry.decodeValue(Buffer.from('00', 'hex')), MalformedMessage)
  assert.throws(() => GroupMetadataEntry.decodeValue(Buffer.from('0003', 'hex')), /GroupMetadata value: protocolType: /)
})

test('what __consumer_offsets holds can be told by the type in the key, and types we do not know are seen before they are read', () => {
  assert.deepEqual(
    consumerOffsetsEntries.map(({ type }) => type),
    [0, 1, 2, 3, 5, 6, 7, 8, 16],
  )
  assert.equal(entryType(Buffer.from('0017', 'hex')), 23)
  assert.equal(entryType(Buffer.from([1])), undefined)
})
