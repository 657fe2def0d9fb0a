import type { ClientMetrics, MetricGroup, Sensor } from './client-metrics.ts'
import { avgAndMax, counts, Members, sums } from './shown.ts'

/** What a producer counts: Java's SenderMetricsRegistry, KafkaProducerMetrics and the buffer pool's. */
export class ProducerMetrics {
  readonly #metrics: ClientMetrics
  readonly #topics = new Members<ProducerTopicMetrics>()
  readonly group: MetricGroup
  /** Bytes of each batch sent. */
  readonly batchSize: Sensor
  /** Compressed ÷ uncompressed, of each batch. */
  readonly compressionRate: Sensor
  /** Milliseconds that each batch waited to be sent. */
  readonly queueTime: Sensor
  /** Milliseconds from a Produce request to its answer. */
  readonly requestLatency: Sensor
  /** Milliseconds that the broker throttled an answer. */
  readonly throttleTime: Sensor
  /** Records of each request. */
  readonly recordsPerRequest: Sensor
  /** Records of each batch sent. */
  readonly recordsSent: Sensor
  /** Records of each batch that is tried again. */
  readonly recordsRetried: Sensor
  /** Records of each batch that failed for good. */
  readonly recordErrors: Sensor
  /** The largest record of each batch, as Java measures it. */
  readonly recordSize: Sensor
  readonly batchSplit: Sensor
  /** One for each send that found no memory in time. */
  readonly bufferExhausted: Sensor
  /** Nanoseconds that a send waited for memory. */
  readonly bufferWait: Sensor
  /** Nanoseconds spent in calls. */
  readonly flushTime: Sensor
  readonly metadataWait: Sensor
  readonly txnInit: Sensor
  readonly txnBegin: Sensor
  readonly txnSendOffsets: Sensor
  readonly txnCommit: Sensor
  readonly txnAbort: Sensor

  constructor(metrics: ClientMetrics) {
    this.#metrics = metrics
    const group = metrics.group('producer-metrics')
    const nanos = (name: string, call: string): Sensor => group.sensor({ total: [name, `Nanoseconds spent in ${call}`] })
    this.group = group
    this.batchSize = group.sensor(avgAndMax('batch-size', 'Bytes of a batch'))
    this.compressionRate = group.sensor({ avg: ['compression-rate-avg', compressionRate] })
    this.queueTime = group.sensor(avgAndMax('record-queue-time', 'Milliseconds that a batch waited to be sent'))
    this.requestLatency = group.sensor(avgAndMax('request-latency', 'Milliseconds from a request to its answer'))
    this.throttleTime = group.sensor(avgAndMax('produce-throttle-time', 'Milliseconds that the broker throttled'))
    this.recordsPerRequest = group.sensor({ avg: ['records-per-request-avg', 'Records of a request, on average'] })
    this.recordsSent = group.sensor(sent)
    this.recordsRetried = group.sensor(retried)
    this.recordErrors = group.sensor(failed)
    this.recordSize = group.sensor({
      avg: ['record-size-avg', 'Bytes of the largest record of a batch, on average'],
      max: ['record-size-max', 'Bytes of the largest record'],
    })
    this.batchSplit = group.sensor(counts('batch-split', 'Batches split', ', since they were too large for the broker'))
    this.bufferExhausted = group.sensor(counts('buffer-exhausted', 'Sends', ' that found no memory in time'))
    this.bufferWait = group.sensor({
      shareOfTime: ['bufferpool-wait-ratio', 'Part of the time in which a send waited for memory'],
      total: ['bufferpool-wait-time-ns-total', 'Nanoseconds spent in send waiting for memory'],
    })
    this.flushTime = nanos('flush-time-ns-total', 'flush')
    this.metadataWait = nanos('metadata-wait-time-ns-total', 'send waiting for metadata')
    this.txnInit = nanos('txn-init-time-ns-total', 'initTransactions')
    this.txnBegin = nanos('txn-begin-time-ns-total', 'beginTransaction')
    this.txnSendOffsets = nanos('txn-send-offsets-time-ns-total', 'sendOffsetsToTransaction')
    this.txnCommit = nanos('txn-commit-time-ns-total', 'commitTransaction')
    this.txnAbort = nanos('txn-abort-time-ns-total', 'abortTransaction')
  }

  /** Gauges of what the accumulator knows. */
  watch(now: { readonly availableBytes: () => number; readonly totalBytes: () => number; readonly waiting: () => number }): void {
    this.group.gauge('buffer-available-bytes', 'Bytes of buffer.memory that are free', now.availableBytes)
    this.group.gauge('buffer-total-bytes', 'Bytes of buffer.memory', now.totalBytes)
    this.group.gauge('waiting-threads', 'Sends that wait for memory', now.waiting)
  }

  /** The metrics of one topic, made when first asked for. */
  topic(name: string): ProducerTopicMetrics {
    return this.#topics.get(name, () => new ProducerTopicMetrics(this.#metrics.group('producer-topic-metrics', { topic: name })))
  }

  /** Nothing was sent to the topic for so long that its metadata are forgotten. */
  forgetTopic(name: string): void {
    this.#topics.forget(name)
  }
}

const compressionRate = 'Compressed size of batches ÷ their size before, on average'
const sent = sums('record-send', 'Records sent')
const retried = sums('record-retry', 'Records sent again')
const failed = sums('record-error', 'Records that failed')

/** What a producer counts for each topic. */
export class ProducerTopicMetrics {
  readonly group: MetricGroup
  readonly recordsSent: Sensor
  readonly bytes: Sensor
  readonly compressionRate: Sensor
  readonly recordsRetried: Sensor
  readonly recordErrors: Sensor

  constructor(group: MetricGroup) {
    this.group = group
    this.recordsSent = group.sensor(sent)
    this.bytes = group.sensor(sums('byte', 'Bytes of batches sent'))
    this.compressionRate = group.sensor({ avg: ['compression-rate', compressionRate] })
    this.recordsRetried = group.sensor(retried)
    this.recordErrors = group.sensor(failed)
  }
}
