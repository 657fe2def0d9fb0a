import { sendChannel } from '../tracing/channels.ts'
import type { SendContext } from '../tracing/channels.ts'
import type { ProducerMetrics } from '../metrics/index.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { Parcel } from './produce-request.ts'
import type { ProducerBatch } from './producer-batch.ts'
import type { Outcome } from './receipts.ts'

/** What the sender counts and tells to tools: once a request or batch, never once a record. */
export class SenderMetrics {
  readonly #metrics: ProducerMetrics
  readonly #clientId: string
  readonly #traced = new WeakMap<ProducerBatch, SendContext>()

  constructor(metrics: ProducerMetrics, clientId: string) {
    this.#metrics = metrics
    this.#clientId = clientId
  }

  sent(parcels: readonly Parcel[], nowMs: number): void {
    const metrics = this.#metrics
    let records = 0
    for (const { queue, batch } of parcels) {
      records += batch.count
      if (batch.isRetry) continue
      const bytes = batch.sizeInBytes
      const topic = metrics.topic(queue.topic)
      metrics.batchSize.record(bytes, nowMs)
      metrics.recordSize.record(batch.largestRecord, nowMs)
      metrics.queueTime.record(nowMs - batch.createdAtMs, nowMs)
      metrics.recordsSent.record(batch.count, nowMs)
      topic.recordsSent.record(batch.count, nowMs)
      topic.bytes.record(bytes, nowMs)
      if (batch.compressed !== undefined) {
        metrics.compressionRate.record(batch.compressionRatio)
        topic.compressionRate.record(batch.compressionRatio)
      }
      if (sendChannel.hasSubscribers) this.#start(queue, batch, bytes)
    }
    metrics.recordsPerRequest.record(records, nowMs)
  }

  answered(latencyMs: number, throttleTimeMs: number | undefined, nowMs: number): void {
    this.#metrics.requestLatency.record(latencyMs, nowMs)
    this.#metrics.throttleTime.record(throttleTimeMs ?? 0, nowMs)
  }

  retried(topic: string, records: number): void {
    this.#metrics.recordsRetried.record(records)
    this.#metrics.topic(topic).recordsRetried.record(records)
  }

  failed(topic: string, records: number): void {
    this.#metrics.recordErrors.record(records)
    this.#metrics.topic(topic).recordErrors.record(records)
  }

  split(): void {
    this.#metrics.batchSplit.record(1)
  }

  settled(queue: PartitionQueue, batch: ProducerBatch, { baseOffset, error }: Outcome): void {
    const context = this.#traced.get(batch)
    if (context === undefined) return
    context.attempts = batch.attempts + 1
    if (error === undefined) context.offset = baseOffset
    else {
      context.error = error
      sendChannel.error.publish({ ...context, error })
    }
    sendChannel.asyncEnd.publish(context)
  }

  #start(queue: PartitionQueue, batch: ProducerBatch, bytes: number): void {
    const { topic, partition } = queue
    const context: SendContext = { clientId: this.#clientId, topic, partition, records: batch.count, bytes }
    this.#traced.set(batch, context)
    sendChannel.start.publish(context)
  }
}
