import { Buffer } from 'node:buffer'
import type { RecordInput } from '@odradek/protocol/records'

/** What goes into a key or a value: text and bytes as they are, null for none, and anything else as JSON. */
export type Content = string | Uint8Array | number | boolean | null | readonly unknown[] | object

/** A record to be produced. */
export interface ProducedRecord {
  readonly key?: Content | undefined
  /** Without one, or with null, it is a tombstone. */
  readonly value?: Content | undefined
  readonly headers?: Readonly<Record<string, string | Uint8Array | null>>
  /** By default the one to which Kafka's clients bring its key; those without a key go round. */
  readonly partition?: number
  /** By default the time of the broker's clock. */
  readonly timestamp?: number | Date
}

export function recordInput({ key, value, headers, timestamp }: ProducedRecord, nowMs: number): RecordInput {
  return {
    key: bytesOf(key),
    value: bytesOf(value),
    headers: Object.entries(headers ?? {}).map(([name, header]) => ({ key: name, value: bytesOf(header) })),
    timestamp: timestamp === undefined ? nowMs : Number(timestamp),
  }
}

function bytesOf(content: Content | undefined): Uint8Array | null {
  if (content === undefined || content === null) return null
  if (content instanceof Uint8Array) return content
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
}
