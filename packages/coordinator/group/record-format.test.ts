import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ZERO_UUID } from '@odradek/common/bytes'
import { groupRecordFormat } from './record-format.ts'
import type { GroupRecord } from './group-record.ts'

/** Keys and values as Apache Kafka 4.3.1 has written them, and what they say. */
const written: readonly (readonly [key: string, value: string | null, record: GroupRecord])[] = [
  [
    '000100000011747261702d30656536366130636666626300000001',
    '00040000000000000004ffffffff01000001a1fd9a216d010010c861415f48194c239c7a482235071bf0',
    {
      kind: 'offset-commit',
      groupId: '',
      topic: 'trap-0ee66a0cffbc',
      partition: 1,
      value: { offset: 4, leaderEpoch: -1, metadata: '', committedAtMs: 1795256099181, expiresAtMs: -1, topicId: 'yGFBX0gZTCOcekgiNQcb8A' },
    },
  ],
  [
    '000100146f6666736574732d3163343639343062343561340011747261702d37613433373735356134386500000000',
    '00040020000000000001ffffffff01000001a1fd9a7b4d01001023c0f96d2f1d4126a7b124acf8ce3ff4',
    {
      kind: 'offset-commit',
      groupId: 'offsets-1c46940b45a4',
      topic: 'trap-7a437755a48e',
      partition: 0,
      value: {
        offset: 2n ** 53n + 1n,
        leaderEpoch: -1,
        metadata: '',
        committedAtMs: 1795256122189,
        expiresAtMs: -1,
        topicId: 'I8D5bS8dQSansSSs-M4_9A',
      },
    },
  ],
  [
    '000200176a6f696e696e672d76332d383430623463623062386237',
    '0003000000000000ffffffff000001a1fd9a790100000000',
    {
      kind: 'group-metadata',
      groupId: 'joining-v3-840b4cb0b8b7',
      value: { protocolType: '', generation: 0, protocol: null, leader: null, currentStateTimestamp: 1795256121601, members: [] },
    },
  ],
  [
    '000200167374617469632d76392d613633336464396537346534',
    '00030008636f6e73756d657200000001000572616e67650026692d36626666663130662d353366652d343834612d383438662d613536633838333731383461' +
      '000001a1fd9a1fa8000000010026692d36626666663130662d353366652d343834612d383438662d613536633838333731383461000169000661736b696e67' +
      '000a2f3132372e302e302e310000753000007530000000110000000000010005544f504943ffffffff00000003616c6c',
    {
      kind: 'group-metadata',
      groupId: 'static-v9-a633dd9e74e4',
      value: {
        protocolType: 'consumer',
        generation: 1,
        protocol: 'range',
        leader: 'i-6bfff10f-53fe-484a-848f-a56c8837184a',
        currentStateTimestamp: 1795256098728,
        members: [
          {
            memberId: 'i-6bfff10f-53fe-484a-848f-a56c8837184a',
            groupInstanceId: 'i',
            clientId: 'asking',
            clientHost: '/127.0.0.1',
            rebalanceTimeout: 30_000,
            sessionTimeout: 30_000,
            subscription: Buffer.from('0000000000010005544f504943ffffffff', 'hex'),
            assignment: Buffer.from('all'),
          },
        ],
      },
    },
  ],
  ['00020000', null, { kind: 'group-metadata', groupId: '', value: null }],
  ['0001000161000162ffffffff', null, { kind: 'offset-commit', groupId: 'a', topic: 'b', partition: -1, value: null }],
]

test('what Kafka has written is read, and would be written just so', () => {
  for (const [key, value, record] of written) {
    assert.deepEqual(groupRecordFormat.decode(Buffer.from(key, 'hex'), value === null ? null : Buffer.from(value, 'hex')), record)
    const bytes = groupRecordFormat.encode(record)
    assert.equal(bytes.key.toString('hex'), key)
    assert.equal(bytes.value?.toString('hex') ?? null, value)
  }
})

test('an offset with a retention of its own is written in the one version that has a place for it', () => {
  const record: GroupRecord = {
    kind: 'offset-commit',
    groupId: 'g',
    topic: 't',
    partition: 0,
    value: { offset: 5, leaderEpoch: -1, metadata: 'm', committedAtMs: 1000, expiresAtMs: 61_000, topicId: ZERO_UUID },
  }
  const { key, value } = groupRecordFormat.encode(record)
  assert.equal(value?.toString('hex'), '0001000000000000000500016d00000000000003e8000000000000ee48')
  assert.deepEqual(groupRecordFormat.decode(key, value), record)
})

test('offsets of Kafka before 0.9 are read as well', () => {
  const key = Buffer.from('000000016700017400000003', 'hex')
  const value = Buffer.from('00000000000000000007000000000000000003e8', 'hex')
  assert.deepEqual(groupRecordFormat.decode(key, value), {
    kind: 'offset-commit',
    groupId: 'g',
    topic: 't',
    partition: 3,
    value: { offset: 7, leaderEpoch: -1, metadata: '', committedAtMs: 1000, expiresAtMs: -1, topicId: ZERO_UUID },
  })
})

test('a group that was read does not lie in the buffer it was read from', () => {
  const [key = '', value = ''] = written[3] ?? []
  const lent = Buffer.from(value ?? '', 'hex')
  const record = groupRecordFormat.decode(Buffer.from(key, 'hex'), lent)
  lent.fill(0)
  assert.deepEqual(record, written[3]?.[2])
})
