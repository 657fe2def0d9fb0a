import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AssignerProtocol } from './assigner-protocol.ts'
import { assignorOf, PartitionAssigners } from './assigners.ts'
import { KafkaJSNotImplemented } from './errors.ts'
import { createLogger } from './logger.ts'

const { MemberMetadata, MemberAssignment } = AssignerProtocol

test('subscriptions and assignments are the bytes that kafkajs writes', () => {
  const metadata = MemberMetadata.encode({ version: 1, topics: ['a', 'bé'], userData: Buffer.from('u') })
  assert.equal(metadata.toString('hex'), '000100000002000161000362c3a90000000175')
  assert.deepEqual(MemberMetadata.decode(metadata), { version: 1, topics: ['a', 'bé'], userData: Buffer.from('u') })
  const assignment = MemberAssignment.encode({ version: 0, assignment: { t: [0, 2] }, userData: Buffer.alloc(0) })
  assert.equal(assignment.toString('hex'), '00000000000100017400000002000000000000000200000000')
  assert.deepEqual(MemberAssignment.decode(assignment), { version: 0, assignment: { t: [0, 2] }, userData: Buffer.alloc(0) })
})

test('an empty assignment is none, and a null at the end is nothing', () => {
  assert.equal(MemberAssignment.decode(Buffer.alloc(0)), null)
  assert.deepEqual(MemberAssignment.decode(Buffer.from('000000000000ffffffff', 'hex'))?.assignment, {})
})

test('the round robin of kafkajs deals partitions to members by their id', async () => {
  const partitions = Array.from({ length: 3 }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [],
    isr: [],
  }))
  const assigner = PartitionAssigners.roundRobin({
    cluster: { findTopicPartitionMetadata: () => partitions },
    groupId: 'g',
    logger: createLogger(0),
  })
  assert.equal(assigner.name, 'RoundRobinAssigner')
  const members = ['b', 'a'].map((memberId) => ({ memberId, memberMetadata: Buffer.alloc(0) }))
  const dealt = await assigner.assign({ members, topics: ['t'] })
  assert.deepEqual(
    dealt.map(({ memberId, memberAssignment }) => [memberId, MemberAssignment.decode(memberAssignment)?.assignment]),
    [
      ['a', { t: [0, 2] }],
      ['b', { t: [1] }],
    ],
  )
})

test('in a consumer the client below deals them under the same name, and an assigner of one’s own is refused', () => {
  assert.equal(assignorOf(PartitionAssigners.roundRobin).name, 'RoundRobinAssigner')
  assert.throws(() => assignorOf((config) => PartitionAssigners.roundRobin(config)), KafkaJSNotImplemented)
})
