import { Buffer, isUtf8 } from 'node:buffer'
import type { RecordCursor } from '@odradek/protocol/records'

/** Where a record lies. */
export interface RecordPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/**
 * A record as a test wants to see it: its key is text, and its value is what its bytes say. A JSON object or array is parsed, other text stays
 * text, and what is no UTF-8 stays bytes.
 */
export class TestRecord<V = unknown> implements RecordPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970; −1 when it has none. */
  readonly timestamp: number
  /** Null when it has none. */
  readonly key: string | null
  /** Null for a tombstone. */
  readonly value: V
  /** By name, as text; of several with one name the last. */
  readonly headers: Readonly<Record<string, string | null>>
  readonly #key: Buffer | null
  readonly #value: Buffer | null

  constructor(place: RecordPlace, record: ReadFields<V>) {
    this.topic = place.topic
    this.partition = place.partition
    this.offset = place.offset
    this.timestamp = record.timestamp
    this.key = record.key?.toString() ?? null
    this.value = record.decode(record.value)
    this.headers = record.headers
    this.#key = record.key
    this.#value = record.value
  }

  /** The key as it was written. */
  get keyBytes(): Buffer | null {
    return this.#key
  }

  /** The value as it was written. */
  get valueBytes(): Buffer | null {
    return this.#value
  }
}

interface ReadFields<V> {
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string | null>>
  readonly decode: (value: Buffer | null) => V
}

/** The record on which the cursor stands; its bytes are copied. */
export function recordAt(cursor: RecordCursor, topic: string, partition: number): TestRecord {
  const headers: Record<string, string | null> = {}
  cursor.visitHeaders((keyStart, keyLength, valueStart, valueLength) => {
    const name = cursor.buffer.toString('utf8', keyStart, keyStart + keyLength)
    headers[name] = valueLength < 0 ? null : cursor.buffer.toString('utf8', valueStart, valueStart + valueLength)
  })
  return new TestRecord(
    { topic, partition, offset: cursor.offset },
    { timestamp: cursor.timestamp, key: copied(cursor.key()), value: copied(cursor.value()), headers, decode: decodeValue },
  )
}

function copied(bytes: Buffer | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes)
}

function decodeValue(bytes: Buffer | null): unknown {
  if (bytes === null || !isUtf8(bytes)) return bytes
  const text = bytes.toString()
  if (!/^\s*[[{]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
