/** A command line for both: Apache's tool of that name, and ours. */
export interface ToolCase {
  readonly name: string
  readonly question: string
  readonly tool: string
  /** Records that one run sends or reads. */
  readonly records: number
  /** Whether the topic is filled before; otherwise each run gets a new one. */
  readonly reads: boolean
  args(place: { readonly bootstrap: string; readonly topic: string; readonly records: number; readonly run: string }): readonly string[]
  /** What ours divided by Apache's should be at least, in records a second. */
  readonly goal: number
}

export const toolCases: readonly ToolCase[] = [
  {
    name: 'producer-perf-100b',
    question: 'kafka-producer-perf-test, 100 B records, acks=all, 12 partitions, its start included',
    tool: 'kafka-producer-perf-test',
    records: 2_500_000,
    reads: false,
    args: ({ bootstrap, topic, records }) =>
      `--bootstrap-server ${bootstrap} --topic ${topic} --num-records ${records} --record-size 100 --throughput -1 --command-property acks=all`.split(
        ' ',
      ),
    goal: 2,
  },
  {
    name: 'producer-perf-1k',
    question: 'kafka-producer-perf-test, 1 KB records, acks=all, 12 partitions, its start included',
    tool: 'kafka-producer-perf-test',
    records: 400_000,
    reads: false,
    args: ({ bootstrap, topic, records }) =>
      `--bootstrap-server ${bootstrap} --topic ${topic} --num-records ${records} --record-size 1000 --throughput -1 --command-property acks=all`.split(
        ' ',
      ),
    goal: 1,
  },
  {
    name: 'consumer-perf-100b',
    question: 'kafka-consumer-perf-test, 100 B records, 12 partitions, its start included',
    tool: 'kafka-consumer-perf-test',
    records: 4_000_000,
    reads: true,
    args: ({ bootstrap, topic, records, run }) =>
      `--bootstrap-server ${bootstrap} --topic ${topic} --num-records ${records} --timeout 30000 --group ${run}`.split(' '),
    goal: 2,
  },
]
