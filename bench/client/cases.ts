import type { Goal } from '../broker/bench-case.ts'
import type { Job } from './job.ts'
import type { PeerName } from './peers.ts'

/** A question to all clients. */
export interface ClientCase {
  readonly name: string
  readonly question: string
  readonly job: Pick<Job, 'kind' | 'recordBytes'> & Partial<Pick<Job, 'tasks' | 'rate' | 'batchBytes'>>
  /** Where not all peers can be asked. */
  readonly peers?: readonly PeerName[]
  /** What our figure divided by a peer's should be. */
  readonly goals: readonly { readonly peer: PeerName; readonly metric: Metric; readonly goal: Goal }[]
}

export type Metric = 'recordsPerSecond' | 'cpuPerMillion' | 'p50' | 'p99'

const nodes: readonly PeerName[] = ['kafkajs', 'platformatic', 'confluent']
const timesAnyNodeClient = (times: number): ClientCase['goals'] =>
  nodes.map((peer) => ({ peer, metric: 'recordsPerSecond', goal: { atLeast: times } }))
/** As many records a second as librdkafka, and a second of processor time for no fewer. */
const asLibrdkafka: ClientCase['goals'] = [
  { peer: 'librdkafka', metric: 'recordsPerSecond', goal: { atLeast: 1 } },
  { peer: 'librdkafka', metric: 'cpuPerMillion', goal: { atMost: 1 } },
]

export const clientCases: readonly ClientCase[] = [
  {
    name: 'produce-100b',
    question: '100 B records, nobody waiting for single ones, acks=all, 12 partitions',
    job: { kind: 'produce', recordBytes: 100 },
    goals: [...asLibrdkafka, ...timesAnyNodeClient(4), { peer: 'java', metric: 'recordsPerSecond', goal: { atLeast: 1 } }],
  },
  {
    name: 'produce-1k',
    question: '1 KB records, nobody waiting for single ones, acks=all, 12 partitions',
    job: { kind: 'produce', recordBytes: 1000 },
    goals: [...asLibrdkafka, ...timesAnyNodeClient(4)],
  },
  ...[100, 1000].map((recordBytes): ClientCase => ({
    name: `equal-batches-${recordBytes === 100 ? '100b' : '1k'}`,
    question: `${recordBytes} B records as in produce, batch.size=16384 for all: what equal work for the broker costs each client`,
    job: { kind: 'produce', recordBytes, batchBytes: 16_384 },
    peers: ['odradek', 'librdkafka', 'java'],
    goals: asLibrdkafka,
  })),
  {
    name: 'awaited-1',
    question: 'one caller that awaits each send, 100 B, acks=all: round trip and CPU of a send',
    job: { kind: 'awaited', recordBytes: 100, tasks: 1 },
    goals: nodes.flatMap((peer) => [
      { peer, metric: 'p50' as const, goal: { atMost: 1 } },
      { peer, metric: 'cpuPerMillion' as const, goal: { atMost: 0.25 } },
    ]),
  },
  {
    name: 'awaited-100',
    question: '100 callers, each awaiting one send after the other, 100 B, acks=all',
    job: { kind: 'awaited', recordBytes: 100, tasks: 100 },
    goals: [
      { peer: 'platformatic', metric: 'recordsPerSecond', goal: { atLeast: 20 } },
      { peer: 'platformatic', metric: 'cpuPerMillion', goal: { atMost: 0.05 } },
    ],
  },
  {
    name: 'awaited-10000',
    question: '10,000 callers, each awaiting one send after the other, 100 B, acks=all',
    job: { kind: 'awaited', recordBytes: 100, tasks: 10_000 },
    goals: [{ peer: 'platformatic', metric: 'recordsPerSecond', goal: { atLeast: 20 } }],
  },
  {
    name: 'stream-100b',
    question: '100 B records out of an async iterable, acks=all',
    job: { kind: 'stream', recordBytes: 100 },
    goals: [],
  },
  {
    name: 'consume-records-100b',
    question: '100 B records one by one, the value of each looked at',
    job: { kind: 'consume-records', recordBytes: 100 },
    goals: [...asLibrdkafka, ...timesAnyNodeClient(4)],
  },
  {
    name: 'consume-batches-100b',
    question: '100 B records batch by batch, the value of each looked at',
    job: { kind: 'consume-batches', recordBytes: 100 },
    goals: [...asLibrdkafka, ...timesAnyNodeClient(4), { peer: 'java', metric: 'recordsPerSecond', goal: { atLeast: 1 } }],
  },
  {
    name: 'consume-records-1k',
    question: '1 KB records one by one, the value of each looked at',
    job: { kind: 'consume-records', recordBytes: 1000 },
    goals: [...asLibrdkafka, ...timesAnyNodeClient(4)],
  },
  {
    name: 'consume-batches-1k',
    question: '1 KB records batch by batch, the value of each looked at',
    job: { kind: 'consume-batches', recordBytes: 1000 },
    goals: [...asLibrdkafka, ...timesAnyNodeClient(4)],
  },
  {
    name: 'latency-1000',
    question: '1,000 single records a second, due by the clock: from when it was due to when the consumer has it',
    job: { kind: 'latency', recordBytes: 100, rate: 1000 },
    goals: nodes.map((peer) => ({ peer, metric: 'p99' as const, goal: { atMost: 1 } })),
  },
]
