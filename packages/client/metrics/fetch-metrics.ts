import type { ClientMetrics, MetricGroup, Sensor } from './client-metrics.ts'

const group = 'consumer-fetch-manager-metrics'

/** What a consumer counts of its fetches: Java's FetchMetricsRegistry. */
export class FetchMetrics {
  readonly #metrics: ClientMetrics
  readonly #topics = new Map<string, FetchTopicMetrics>()
  readonly #partitions = new Map<string, FetchPartitionMetrics>()
  readonly group: MetricGroup
  /** Milliseconds from a Fetch to its answer. */
  readonly latency: Sensor
  readonly throttleTime: Sensor
  /** Bytes of each answer. */
  readonly bytes: Sensor
  /** Records of each answer. */
  readonly records: Sensor
  /** The lag of a partition, each time it is known anew. */
  readonly lag: Sensor
  readonly lead: Sensor

  constructor(metrics: ClientMetrics) {
    this.#metrics = metrics
    this.group = metrics.group(group)
    this.latency = this.group.sensor({
      avg: ['fetch-latency-avg', 'Milliseconds from a Fetch to its answer, on average'],
      max: ['fetch-latency-max', 'Milliseconds from a Fetch to its answer, at most'],
      countRate: ['fetch-rate', 'Fetches a second'],
      countTotal: ['fetch-total', 'Fetches'],
    })
    this.throttleTime = this.group.sensor({
      avg: ['fetch-throttle-time-avg', 'Milliseconds that the broker throttled, on average'],
      max: ['fetch-throttle-time-max', 'Milliseconds that the broker throttled, at most'],
    })
    this.bytes = this.group.sensor(ofBytes)
    this.records = this.group.sensor(ofRecords)
    this.lag = this.group.sensor({ max: ['records-lag-max', 'Records between position and end, at most of any partition'] })
    this.lead = this.group.sensor({ min: ['records-lead-min', 'Records between beginning and position, at least of any partition'] })
  }

  /** The metrics of one topic, made when first asked for. */
  topic(name: string): FetchTopicMetrics {
    let topic = this.#topics.get(name)
    if (topic === undefined) {
      topic = new FetchTopicMetrics(this.#metrics.group(group, { topic: name }))
      this.#topics.set(name, topic)
    }
    return topic
  }

  /** The metrics of one partition that is assigned. `now`: what is known of it, NaN where nothing is; a replica of −1 is the leader. */
  partition(
    topic: string,
    partition: number,
    now: { readonly lag: () => number; readonly lead: () => number; readonly readReplica: () => number },
  ): FetchPartitionMetrics {
    const key = `${topic}-${partition}`
    const known = this.#partitions.get(key)
    if (known !== undefined) return known
    const made = new FetchPartitionMetrics(this.#metrics.group(group, { topic, partition: String(partition) }), now)
    this.#partitions.set(key, made)
    return made
  }

  /** The partition is not ours any more. */
  forgetPartition(topic: string, partition: number): void {
    const key = `${topic}-${partition}`
    this.#partitions.get(key)?.group.close()
    this.#partitions.delete(key)
  }

  forgetTopic(name: string): void {
    this.#topics.get(name)?.group.close()
    this.#topics.delete(name)
  }
}

const ofBytes = {
  avg: ['fetch-size-avg', 'Bytes of an answer, on average'],
  max: ['fetch-size-max', 'Bytes of an answer, at most'],
  rate: ['bytes-consumed-rate', 'Bytes fetched a second'],
  total: ['bytes-consumed-total', 'Bytes fetched'],
} as const

const ofRecords = {
  avg: ['records-per-request-avg', 'Records of an answer, on average'],
  rate: ['records-consumed-rate', 'Records fetched a second'],
  total: ['records-consumed-total', 'Records fetched'],
} as const

export class FetchTopicMetrics {
  readonly group: MetricGroup
  readonly bytes: Sensor
  readonly records: Sensor

  constructor(of: MetricGroup) {
    this.group = of
    this.bytes = of.sensor(ofBytes)
    this.records = of.sensor(ofRecords)
  }
}

export class FetchPartitionMetrics {
  readonly group: MetricGroup
  readonly lag: Sensor
  readonly lead: Sensor

  constructor(of: MetricGroup, now: { readonly lag: () => number; readonly lead: () => number; readonly readReplica: () => number }) {
    this.group = of
    of.gauge('records-lag', 'Records between position and end', now.lag)
    of.gauge('records-lead', 'Records between beginning and position', now.lead)
    of.gauge('preferred-read-replica', 'Broker that is read from, −1 for the leader', now.readReplica)
    this.lag = of.sensor({
      avg: ['records-lag-avg', 'Records between position and end, on average'],
      max: ['records-lag-max', 'Records between position and end, at most'],
    })
    this.lead = of.sensor({
      avg: ['records-lead-avg', 'Records between beginning and position, on average'],
      min: ['records-lead-min', 'Records between beginning and position, at least'],
    })
  }
}
