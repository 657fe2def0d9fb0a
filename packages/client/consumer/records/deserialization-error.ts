import type { Bytes } from '../../bytes.ts'
import { ClientError } from '../../errors/index.ts'

export interface UnreadablePart {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly part: 'key' | 'value'
  /** As they lie in the record; null where there is none. */
  readonly bytes: Bytes | null
}

/** The serde of a topic could not read the key or value of a record. The other records of its batch are not affected. */
export class DeserializationError extends ClientError implements UnreadablePart {
  static override readonly name = 'DeserializationError'
  override readonly name: string = 'DeserializationError'
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly part: 'key' | 'value'
  readonly bytes: Bytes | null

  constructor(unreadable: UnreadablePart, message: string, options: { readonly cause?: unknown; readonly hint: string }) {
    const { topic, partition, offset, part } = unreadable
    super(
      'ODRADEK_DESERIALIZATION',
      `The ${part} of the record at offset ${offset} of ${topic}-${partition} can't be read: ${message}`,
      options,
    )
    this.topic = topic
    this.partition = partition
    this.offset = offset
    this.part = part
    this.bytes = unreadable.bytes
  }
}
