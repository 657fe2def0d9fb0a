import { Buffer } from 'node:buffer'
import type { ConsumerBatch, ConsumerRecord } from '@odradek/client'
import type { Batch, KafkaMessage } from '../types/consumer.ts'
import type { IBatchProcessEvent } from '../types/events.ts'
import type { IHeaders } from '../types/producer.ts'

/** What was fetched of one partition, in the words of kafkajs. */
export class MessageBatch implements Batch {
  readonly topic: string
  readonly partition: number
  readonly highWatermark: string
  readonly messages: KafkaMessage[]
  /** Behind the last message and behind whatever follows it that is no message, such as the marker of a transaction. */
  readonly nextOffset: number
  readonly startOffset: number
  readonly #end: number

  constructor(batch: ConsumerBatch) {
    this.topic = batch.topic
    this.partition = batch.partition
    this.highWatermark = String(batch.highWatermark)
    this.messages = Array.from(batch, messageOf)
    this.startOffset = batch.firstOffset
    this.nextOffset = batch.nextOffset
    this.#end = batch.highWatermark - 1
  }

  isEmpty(): boolean {
    return this.messages.length === 0
  }

  firstOffset(): string | null {
    return this.messages[0]?.offset ?? null
  }

  lastOffset(): string {
    return String(this.nextOffset - 1)
  }

  offsetLag(): string {
    return String(this.#end - (this.nextOffset - 1))
  }

  offsetLagLow(): string {
    return this.isEmpty() ? '0' : String(this.#end - this.startOffset)
  }
}

/** What START_BATCH_PROCESS tells of a batch. */
export function batchEvent(batch: MessageBatch): IBatchProcessEvent {
  const { topic, partition, highWatermark, messages } = batch
  return {
    topic,
    partition,
    highWatermark,
    offsetLag: batch.offsetLag(),
    offsetLagLow: batch.offsetLagLow(),
    batchSize: messages.length,
    firstOffset: batch.firstOffset() ?? '0',
    lastOffset: batch.lastOffset(),
  }
}

/** A plain object, since programs spread and print messages. */
function messageOf(record: ConsumerRecord): KafkaMessage {
  const message: KafkaMessage & { readonly magicByte: number; readonly isControlRecord: boolean } = {
    magicByte: 2,
    attributes: 0,
    timestamp: String(record.timestamp),
    offset: String(record.offset),
    key: bufferOf(record.rawKey),
    value: bufferOf(record.rawValue),
    headers: headersOf(record),
    isControlRecord: false,
  }
  return message
}

function headersOf({ headers }: ConsumerRecord): IHeaders {
  // oxlint-disable-next-line typescript/no-explicit-any -- null is shown as null, though the types of kafkajs have none
  const object: Record<string, any> = {}
  for (const [key, bytes] of headers) {
    const value = bufferOf(bytes)
    const before = object[key]
    if (before === undefined) object[key] = value
    else object[key] = Array.isArray(before) ? [...before, value] : [before, value]
  }
  return object
}

function bufferOf(bytes: Uint8Array | null): Buffer | null {
  if (bytes === null) return null
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
