import type { Buffer } from 'node:buffer'
import type { Deserializer } from './deserializer.ts'
import type { FormattedRecord, Formatter } from './formatter.ts'
import type { OutputBuffer } from './output-buffer.ts'

/** In their order. */
export const columnNames = ['timestamp', 'partition', 'offset', 'delivery', 'epoch', 'headers', 'key', 'value'] as const

export type ColumnName = (typeof columnNames)[number]

export interface DefaultFormat {
  readonly columns: ReadonlySet<ColumnName>
  readonly keySeparator: Buffer
  readonly lineSeparator: Buffer
  readonly headersSeparator: Buffer
  readonly nullLiteral: Buffer
  readonly key: Deserializer | undefined
  readonly value: Deserializer | undefined
  readonly headers: Deserializer | undefined
}

type Column = (record: FormattedRecord, output: OutputBuffer) => void

/** Kafka's DefaultMessageFormatter: columns in an order that is fixed, a separator between them, a line separator behind the last. */
export class DefaultFormatter implements Formatter {
  readonly #format: DefaultFormat
  readonly #columns: readonly Column[]
  readonly #isValueAlone: boolean

  constructor(format: DefaultFormat) {
    this.#format = format
    const { columns, value } = format
    const all: Readonly<Record<ColumnName, Column>> = {
      timestamp: (record, output) => output.text(timestampOf(record)),
      partition: ({ partition }, output) => output.text(`Partition:${partition}`),
      offset: ({ offset }, output) => output.text(`Offset:${offset}`),
      delivery: (_record, output) => output.text('Delivery:NOT_PRESENT'),
      epoch: (_record, output) => output.text('Epoch:NOT_PRESENT'),
      headers: (record, output) => this.#headers(record, output),
      key: ({ rawKey }, output) => output.bytes(this.#shown(rawKey, format.key)),
      value: ({ rawValue }, output) => output.bytes(this.#shown(rawValue, format.value)),
    }
    this.#columns = columnNames.filter((name) => columns.has(name)).map((name) => all[name])
    this.#isValueAlone = columns.size === 1 && columns.has('value') && value === undefined
  }

  write(record: FormattedRecord, output: OutputBuffer): void {
    const { keySeparator, lineSeparator, nullLiteral } = this.#format
    if (this.#isValueAlone) {
      output.bytes(record.rawValue ?? nullLiteral)
      output.bytes(lineSeparator)
      return
    }
    const columns = this.#columns
    const last = columns.length - 1
    for (let at = 0; at <= last; at++) {
      columns[at]?.(record, output)
      output.bytes(at === last ? lineSeparator : keySeparator)
    }
  }

  #headers({ headers }: FormattedRecord, output: OutputBuffer): void {
    let isFirst = true
    for (const [name, value] of headers) {
      if (!isFirst) output.bytes(this.#format.headersSeparator)
      isFirst = false
      output.text(`${name}:`)
      output.bytes(this.#shown(value, this.#format.headers))
    }
    if (isFirst) output.text('NO_HEADERS')
  }

  /** A deserializer is given the word for null too, as in Kafka. */
  #shown(bytes: Uint8Array | null, deserialize: Deserializer | undefined): Uint8Array {
    const given = bytes ?? this.#format.nullLiteral
    return deserialize === undefined ? given : deserialize(given)
  }
}

/** Only records of the oldest format have no timestamp at all, and such have no leader epoch either. */
function timestampOf({ timestamp, timestampType, leaderEpoch }: FormattedRecord): string {
  return timestamp === -1 && leaderEpoch === undefined ? 'NO_TIMESTAMP' : `${timestampType}:${timestamp}`
}
