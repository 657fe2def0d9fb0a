import { Buffer } from 'node:buffer'
import { KafkaJSNonRetriableError } from '../errors.ts'
import type { IHeaders, Message, TopicMessages } from '../types/producer.ts'

type HeaderPair = readonly [key: string, value: Uint8Array | null]

/** What is written for a key or a value: bytes as they are, null for null, and the text of anything else, as kafkajs does. */
export function bytesOf(value: unknown): Uint8Array | null {
  if (value === null || value === undefined) return null
  return value instanceof Uint8Array ? value : Buffer.from(textOf(value))
}

/** The text of whatever a program in JavaScript has put in. */
// oxlint-disable-next-line typescript/no-base-to-string -- kafkajs would write the same
export const textOf = (value: unknown): string => String(value)

/** An array is several headers of one key. */
export function headerPairs(headers: IHeaders | undefined): readonly HeaderPair[] {
  return Object.entries(headers ?? {}).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): HeaderPair => [key, bytesOf(one)]),
  )
}

export function timestampOf({ timestamp }: Message): number {
  if (timestamp === undefined || timestamp === null) return Date.now()
  const ms = Number(timestamp)
  if (Number.isSafeInteger(ms)) return ms
  throw new KafkaJSNonRetriableError(`Invalid timestamp ${timestamp}: it must be milliseconds since 1970, as a string`)
}

/** Throws what kafkajs throws for messages that can't be sent. */
export function checkMessages(topicMessages: readonly TopicMessages[]): void {
  if (topicMessages.some(({ topic }) => !topic)) throw new KafkaJSNonRetriableError('Invalid topic')
  for (const { topic, messages } of topicMessages) {
    if (!Array.isArray(messages)) throw new KafkaJSNonRetriableError(`Invalid messages array [${textOf(messages)}] for topic "${topic}"`)
    const without = messages.find(({ value }) => value === undefined)
    if (without !== undefined)
      throw new KafkaJSNonRetriableError(`Invalid message without value for topic "${topic}": ${JSON.stringify(without)}`)
  }
}
