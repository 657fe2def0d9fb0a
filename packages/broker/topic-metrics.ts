import assert from 'node:assert/strict'
import { declareCounter } from '@odradek/common/metrics'
import type { Counter, CounterDeclaration, MetricsRegistry } from '@odradek/common/metrics'
import { errorCode } from '@odradek/protocol'

const topicCounter = (name: string, kafkaName: string, help: string): CounterDeclaration<readonly ['topic']> =>
  declareCounter({
    name: `kafka_server_brokertopicmetrics_${name}_total`,
    jmx: `kafka.server:type=BrokerTopicMetrics,name=${kafkaName}PerSec`,
    help,
    labels: ['topic'],
  })

const declarations = {
  messagesIn: topicCounter('messagesin', 'MessagesIn', 'Records that were appended.'),
  bytesIn: topicCounter('bytesin', 'BytesIn', 'Bytes of record batches that were appended.'),
  bytesOut: topicCounter('bytesout', 'BytesOut', 'Bytes of record batches that consumers read.'),
  bytesRejected: topicCounter('bytesrejected', 'BytesRejected', 'Bytes of record batches that were refused because they were too large.'),
  produceRequests: topicCounter('totalproducerequests', 'TotalProduceRequests', 'Attempts to append to a partition.'),
  fetchRequests: topicCounter('totalfetchrequests', 'TotalFetchRequests', 'Attempts to read from a partition.'),
  failedProduceRequests: topicCounter('failedproducerequests', 'FailedProduceRequests', 'Attempts to append that failed.'),
  failedFetchRequests: topicCounter('failedfetchrequests', 'FailedFetchRequests', 'Attempts to read that failed.'),
  invalidCrcs: topicCounter('invalidmessagecrcrecords', 'InvalidMessageCrcRecords', 'Batches that were refused as damaged.'),
  invalidSequences: topicCounter(
    'invalidoffsetorsequencerecords',
    'InvalidOffsetOrSequenceRecords',
    'Batches that were refused because the sequence of their producer has a gap.',
  ),
} as const

/** All metrics that this file declares. */
export const brokerTopicMetrics = Object.values(declarations)

/** What is written to and read from each topic. The sum over all topics is for the one who asks. */
export class BrokerTopicMetrics {
  readonly #counterOf: CounterOf
  readonly #forget: (topic: string) => void

  constructor(registry: MetricsRegistry) {
    const families = new Map(brokerTopicMetrics.map((declaration) => [declaration, registry.counter(declaration)]))
    this.#counterOf = (declaration, topic) => {
      const family = families.get(declaration)
      assert(family !== undefined, `${declaration.name} is not registered`)
      return family.of(topic)
    }
    this.#forget = (topic) => {
      for (const family of families.values()) family.remove(topic)
    }
  }

  /** Costs nothing until something is counted: a broker may hold thousands of topics that nobody uses. */
  ofTopic(topic: string): TopicMetrics {
    return new TopicMetrics(topic, this.#counterOf)
  }

  forgetTopic(topic: string): void {
    this.#forget(topic)
  }
}

/** The metrics of one topic. */
export class TopicMetrics {
  readonly #topic: string
  readonly #counterOf: CounterOf
  #written: { readonly messages: Counter; readonly bytes: Counter; readonly requests: Counter } | undefined
  #read: { readonly bytes: Counter; readonly requests: Counter } | undefined

  constructor(topic: string, counterOf: CounterOf) {
    this.#topic = topic
    this.#counterOf = counterOf
  }

  produced(records: number, bytes: number): void {
    this.#written ??= {
      messages: this.#of('messagesIn'),
      bytes: this.#of('bytesIn'),
      requests: this.#of('produceRequests'),
    }
    this.#written.messages.add(records)
    this.#written.bytes.add(bytes)
    this.#written.requests.increment()
  }

  produceFailed(code: number, bytes: number): void {
    this.#of('produceRequests').increment()
    this.#of('failedProduceRequests').increment()
    if (code === errorCode('MESSAGE_TOO_LARGE')) this.#of('bytesRejected').add(bytes)
    else if (code === errorCode('CORRUPT_MESSAGE')) this.#of('invalidCrcs').increment()
    else if (code === errorCode('OUT_OF_ORDER_SEQUENCE_NUMBER')) this.#of('invalidSequences').increment()
  }

  fetched(bytes: number, failed: boolean): void {
    this.#read ??= { bytes: this.#of('bytesOut'), requests: this.#of('fetchRequests') }
    this.#read.requests.increment()
    this.#read.bytes.add(bytes)
    if (failed) this.#of('failedFetchRequests').increment()
  }

  #of(name: keyof typeof declarations): Counter {
    return this.#counterOf(declarations[name], this.#topic)
  }
}

type CounterOf = (declaration: CounterDeclaration<readonly ['topic']>, topic: string) => Counter
