import type { ClientMetrics, MetricGroup, Sensor, SensorMetrics } from './client-metrics.ts'
import { avgAndMax, counts, Members, sums } from './shown.ts'

const group = 'consumer-fetch-manager-metrics'

/** What a consumer counts of its fetches: Java's FetchMetricsRegistry. */
export class FetchMetrics {
  readonly #metrics: ClientMetrics
  readonly #topics = new Members<FetchTopicMetrics>()
  readonly #partitions = new Members<FetchPartitionMetrics>()
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
      ...avgAndMax('fetch-latency', 'Milliseconds from a Fetch to its answer'),
      ...counts('fetch', 'Fetches'),
    })
    this.throttleTime = this.group.sensor(avgAndMax('fetch-throttle-time', 'Milliseconds that the broker throttled'))
    this.bytes = this.group.sensor(ofBytes)
    this.records = this.group.sensor(ofRecords)
    this.lag = this.group.sensor({ max: ['records-lag-max', 'Records between position and end, at most of any partition'] })
    this.lead = this.group.sensor({ min: ['records-lead-min', 'Records between beginning and position, at least of any partition'] })
  }

  /** The metrics of one topic, made when first asked for. */
  topic(name: string): FetchTopicMetrics {
    return this.#topics.get(name, () => new FetchTopicMetrics(this.#metrics.group(group, { topic: name })))
  }

  /** The metrics of one partition that is assigned. `now`: what is known of it, NaN where nothing is; a replica of −1 is the leader. */
  partition(
    topic: string,
    partition: number,
    now: { readonly lag: () => number; readonly lead: () => number; readonly readReplica: () => number },
  ): FetchPartitionMetrics {
    return this.#partitions.get(
      `${topic}-${partition}`,
      () => new FetchPartitionMetrics(this.#metrics.group(group, { topic, partition: String(partition) }), now),
    )
  }

  /** The partition is not ours any more. */
  forgetPartition(topic: string, partition: number): void {
    this.#partitions.forget(`${topic}-${partition}`)
  }

  forgetTopic(name: string): void {
    this.#topics.forget(name)
  }
}

const ofBytes = { ...avgAndMax('fetch-size', 'Bytes of an answer'), ...sums('bytes-consumed', 'Bytes fetched') }

const ofRecords: SensorMetrics = {
  avg: ['records-per-request-avg', 'Records of an answer, on average'],
  ...sums('records-consumed', 'Records fetched'),
}

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
    this.lag = of.sensor(avgAndMax('records-lag', 'Records between position and end'))
    this.lead = of.sensor({
      avg: ['records-lead-avg', 'Records between beginning and position, on average'],
      min: ['records-lead-min', 'Records between beginning and position, at least'],
    })
  }
}
