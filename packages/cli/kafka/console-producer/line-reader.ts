import { Buffer } from 'node:buffer'
import type { Bytes } from '@odradek/client'
import { JavaError } from '../java-error.ts'
import { javaSplit } from '../java-numbers.ts'
import type { LineFormat } from './line-format.ts'

type Header = readonly [string, Bytes | null]

/** What a line says. It is one object for all lines, as nobody needs it for longer than it takes to send it. */
export interface LineRecord {
  key: Bytes | null
  value: Bytes | null
  headers: readonly Header[] | undefined
}

/**
 * Reads records out of lines, as Kafka's `LineMessageReader` does: headers, key and value in this order, as far as the format says that they are there.
 * Bytes stay as they are, also where they are not UTF-8.
 */
export class LineReader {
  readonly #format: LineFormat
  readonly #record: LineRecord = { key: null, value: null, headers: undefined }
  #lineNumber = 0

  constructor(format: LineFormat) {
    this.#format = format
  }

  /** Throws what Kafka's reader does, with the number of the line, when a separator is missing. */
  read(buffer: Buffer, start: number, end: number): LineRecord {
    this.#lineNumber++
    const { parseKey, parseHeaders } = this.#format
    const record = this.#record
    if (!parseKey && !parseHeaders) record.value = this.#part(buffer.subarray(start, end))
    else this.#readParts(buffer.subarray(start, end), record)
    return record
  }

  #readParts(line: Buffer, record: LineRecord): void {
    const { parseKey, parseHeaders, keySeparator, headersDelimiter } = this.#format
    record.headers = undefined
    record.key = null
    let at = 0
    if (parseHeaders) {
      const end = this.#find(line, at, headersDelimiter, 'headers delimiter')
      if (end !== -1) {
        record.headers = this.#headers(line.subarray(0, end))
        at = end + headersDelimiter.length
      }
    }
    if (parseKey) {
      const end = this.#find(line, at, keySeparator, 'key separator')
      if (end !== -1) {
        record.key = this.#part(line.subarray(at, end))
        at = end + keySeparator.length
      }
    }
    record.value = this.#part(line.subarray(at))
  }

  #find(line: Buffer, from: number, separator: Buffer, name: string): number {
    const at = line.indexOf(separator, from)
    if (at === -1 && !this.#format.ignoreError) {
      throw kafkaException(`No ${name} found on line number ${this.#lineNumber}: '${line.toString()}'`)
    }
    return at
  }

  #part(bytes: Buffer): Bytes | null {
    const { nullMarker } = this.#format
    return nullMarker !== undefined && bytes.equals(nullMarker) ? null : bytes
  }

  #headers(bytes: Buffer): readonly Header[] | undefined {
    if (this.#part(bytes) === null) return undefined
    return javaSplit(bytes.toString(), this.#format.headersSeparator).map((pair) => this.#header(pair))
  }

  #header(pair: string): Header {
    const { headersKeySeparator, ignoreError, nullMarkerText } = this.#format
    const at = pair.indexOf(headersKeySeparator)
    if (at === -1) {
      if (ignoreError) return [pair, null]
      throw kafkaException(`No header key separator found in pair '${pair}' on line number ${this.#lineNumber}`)
    }
    const key = pair.slice(0, at)
    if (key === nullMarkerText) {
      throw kafkaException(`Header keys should not be equal to the null marker '${nullMarkerText}' as they can't be null`)
    }
    const value = pair.slice(at + headersKeySeparator.length)
    return [key, value === nullMarkerText ? null : Buffer.from(value)]
  }
}

const kafkaException = (message: string): JavaError => new JavaError('org.apache.kafka.common.KafkaException', message)
