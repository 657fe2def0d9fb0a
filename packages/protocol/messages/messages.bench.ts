/**
 * How long messages take to be read and written: `node packages/protocol/messages/messages.bench.ts [filter]`.
 *
 * Two cores of a cloud machine, Node 24.21, µs: heartbeat read 0.14, produce request of one partition 0.25, its answer 0.3,
 * fetch request and answer of one partition 0.4, of fifty 5.6 and 8, metadata of 300 partitions 62 and 58. Written out by
 * hand, the last takes 30.
 */
import { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { Fetch } from './fetch.ts'
import { Heartbeat } from './heartbeat.ts'
import { Metadata } from './metadata.ts'
import { Produce } from './produce.ts'

const filter = process.argv[2] ?? ''
const topicId = 'abcdefghijklmnopqrstuA'
const output = new ByteWriter(65_536)

function bench(name: string, rounds: number, run: () => void): void {
  if (!name.includes(filter)) return
  let best = Infinity
  for (let repeat = 0; repeat < 8; repeat++) {
    const start = performance.now()
    for (let round = 0; round < rounds; round++) run()
    best = Math.min(best, performance.now() - start)
  }
  console.log(`${name.padEnd(44)} ${((best / rounds) * 1000).toFixed(3)} µs`)
}

function frameOf(write: (writer: ByteWriter) => void): Buffer {
  const writer = new ByteWriter()
  write(writer)
  return Buffer.from(writer.finish())
}

const member = { groupId: 'my-group', generationId: 3, memberId: 'consumer-1-12345678-1234-1234-1234-123456789012' }
const heartbeat = frameOf((writer) => Heartbeat.encodeRequest(writer, member, 4))
bench('heartbeat v4, request read', 200_000, () => Heartbeat.decodeRequest(new ByteReader(heartbeat), 4))
bench('heartbeat v4, response written', 200_000, () => {
  output.reset()
  Heartbeat.encodeResponse(output, { errorCode: 0 }, 4)
})

for (const version of [7, 9, 13]) {
  const topic = version < 13 ? { name: 'my-topic-name' } : { topicId }
  const topicData = [{ ...topic, partitionData: [{ index: 3, records: Buffer.alloc(1000) }] }]
  const request = frameOf((writer) => Produce.encodeRequest(writer, { acks: -1, timeoutMs: 30_000, topicData }, version))
  const responses = [{ ...topic, partitionResponses: [{ index: 3, errorCode: 0, baseOffset: 1_234_567, logStartOffset: 0 }] }]
  bench(`produce v${version}, request read`, 200_000, () => Produce.decodeRequest(new ByteReader(request), version))
  bench(`produce v${version}, response written`, 200_000, () => {
    output.reset()
    Produce.encodeResponse(output, { responses }, version)
  })
}

for (const version of [11, 12, 18]) {
  for (const count of [1, 50]) {
    const topic = version < 13 ? { topic: 'my-topic-name' } : { topicId }
    const asked = Array.from({ length: count }, (_, partition) => ({ partition, fetchOffset: 1000, partitionMaxBytes: 1_048_576 }))
    const topics = [{ ...topic, partitions: asked }]
    const request = frameOf((writer) => Fetch.encodeRequest(writer, { maxWaitMs: 500, minBytes: 1, topics }, version))
    const records = Buffer.alloc(100)
    const answered = Array.from({ length: count }, (_, partitionIndex) => ({
      partitionIndex,
      errorCode: 0,
      highWatermark: 12_345,
      lastStableOffset: 12_345,
      logStartOffset: 0,
      abortedTransactions: null,
      records,
    }))
    bench(`fetch v${version}, ${count} partitions, request read`, 200_000 / count, () =>
      Fetch.decodeRequest(new ByteReader(request), version),
    )
    bench(`fetch v${version}, ${count} partitions, response written`, 200_000 / count, () => {
      output.reset()
      Fetch.encodeResponse(output, { responses: [{ ...topic, partitions: answered }] }, version)
    })
  }
}

const metadata = {
  brokers: [1, 2, 3].map((nodeId) => ({ nodeId, host: `broker-${nodeId}`, port: 9092 })),
  clusterId: 'abcdef',
  controllerId: 1,
  topics: Array.from({ length: 100 }, (_, index) => ({
    errorCode: 0,
    name: `topic-${index}`,
    topicId: Buffer.alloc(16, index + 1).toString('base64url'),
    isInternal: false,
    partitions: [0, 1, 2].map((partitionIndex) => ({
      errorCode: 0,
      partitionIndex,
      leaderId: 1,
      leaderEpoch: 2,
      replicaNodes: [1, 2, 3],
      isrNodes: [1, 2, 3],
      offlineReplicas: [],
    })),
  })),
}
const metadataFrame = frameOf((writer) => Metadata.encodeResponse(writer, metadata, 12))
bench('metadata v12, 300 partitions, response read', 2000, () => Metadata.decodeResponse(new ByteReader(metadataFrame), 12))
bench('metadata v12, 300 partitions, response written', 2000, () => {
  output.reset()
  Metadata.encodeResponse(output, metadata, 12)
})
