import type { OutputBuffer } from './output-buffer.ts'

/** What is written of a record. */
export interface FormattedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly leaderEpoch: number | undefined
  readonly rawKey: Uint8Array | null
  readonly rawValue: Uint8Array | null
  readonly headers: Iterable<readonly [string, Uint8Array | null]>
}

export interface Formatter {
  /** Throws where a record cannot be written; what was written of it until then stays written, as with Kafka. */
  write(record: FormattedRecord, output: OutputBuffer): void
}
