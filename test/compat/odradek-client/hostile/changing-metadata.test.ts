import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { errorCode } from '@odradek/protocol'
import { Metadata } from '@odradek/protocol/messages'
import type { ResponseDraft, ResponseOf } from '@odradek/protocol/schema'
import { readAnswer, withSize, writeAnswer } from '../wire/frames.ts'
import { clientOperations } from './operations.ts'
import { trial } from './trial.ts'

type Answer = ResponseOf<typeof Metadata>
type Change = (answer: Answer, count: number) => ResponseDraft<typeof Metadata>

const eachTopic = (answer: Answer, change: Partial<Answer['topics'][number]>): Answer => ({
  ...answer,
  topics: answer.topics.map((topic) => ({ ...topic, ...change })),
})
const eachPartition = (answer: Answer, change: Partial<Answer['topics'][number]['partitions'][number]>): Answer => ({
  ...answer,
  topics: answer.topics.map((topic) => ({ ...topic, partitions: topic.partitions.map((partition) => ({ ...partition, ...change })) })),
})
const brokers = (count: number, node: (i: number) => { readonly nodeId: number; readonly port: number }) =>
  Array.from({ length: count }, (_, i) => ({ host: 'broker', rack: null, ...node(i) }))

/** Metadata of which something is another thing each time. */
const changes: Readonly<Record<string, Change>> = {
  'the leader is always somebody else': (answer, count) => ({
    ...eachPartition(answer, { leaderId: 1 + (count % 3), leaderEpoch: 3 + count }),
    brokers: brokers(3, (i) => ({ nodeId: 1 + i, port: 9093 + i })),
  }),
  'the brokers are always others': (answer, count) => ({
    ...eachPartition(answer, { leaderId: 50 * count }),
    brokers: brokers(50, (i) => ({ nodeId: 50 * count + i, port: 9092 })),
  }),
  'the topic is always another one of its name': (answer, count) =>
    eachTopic(answer, { topicId: `${count.toString(36).padStart(21, 'A')}A` }),
  'there is never a leader': (answer) => eachPartition(answer, { leaderId: -1, errorCode: errorCode('LEADER_NOT_AVAILABLE') }),
  'there are no brokers': (answer) => ({ ...answer, brokers: [] }),
  'the topic has no partitions': (answer) => eachTopic(answer, { partitions: [] }),
  'partitions are numbered strangely': (answer) => eachPartition(answer, { partitionIndex: 2_000_000_000 }),
  'the topic was not asked for': (answer) => eachTopic(answer, { name: 'another' }),
}

describe('a broker whose metadata changes for ever', () => {
  for (const [what, change] of Object.entries(changes)) {
    test(`${what}: an end within the time-out, few connections, and not a storm of requests`, async () => {
      for (const operation of clientOperations) {
        let count = 0
        const { peakConnections, requests } = await trial(operation, (request, honest) => {
          if (request.api.key !== Metadata.key) return honest()
          const answer = readAnswer(Metadata, request, honest().subarray(4))
          return withSize(writeAnswer(Metadata, request, change(answer, ++count)))
        }).catch((cause: unknown) => {
          throw new Error(operation.name, { cause })
        })
        assert.ok(peakConnections <= 20, `${operation.name}: ${peakConnections} connections`)
        assert.ok(requests < 5000, `${operation.name}: ${requests} requests`)
      }
    })
  }
})
