import { Buffer } from 'node:buffer'
import { JavaError } from '../java-error.ts'

/** What stands in a line, and what stands between it. */
export interface LineFormat {
  readonly parseKey: boolean
  readonly parseHeaders: boolean
  readonly keySeparator: Buffer
  /** Between headers and key. */
  readonly headersDelimiter: Buffer
  /** Between two headers: a regular expression, which is what Kafka makes of it. */
  readonly headersSeparator: RegExp
  readonly headersKeySeparator: string
  /** A line without its separators is a value alone. */
  readonly ignoreError: boolean
  /** What reads so is null. */
  readonly nullMarker: Buffer | undefined
  readonly nullMarkerText: string | undefined
}

/** All that the reader understands; the topic is among its properties too. */
export const lineFormatProperties: readonly string[] = [
  'topic',
  'parse.key',
  'key.separator',
  'parse.headers',
  'headers.delimiter',
  'headers.separator',
  'headers.key.separator',
  'ignore.error',
  'null.marker',
]

/** Reads the properties of the reader. Throws as Kafka's does when two separators are the same. */
export function lineFormat(properties: Readonly<Record<string, string>>): LineFormat {
  const isTrue = (name: string): boolean => properties[name]?.trim().toLowerCase() === 'true'
  const keySeparator = properties['key.separator'] ?? '\t'
  const headersDelimiter = properties['headers.delimiter'] ?? '\t'
  const headersSeparator = properties['headers.separator'] ?? ','
  const headersKeySeparator = properties['headers.key.separator'] ?? ':'
  const nullMarker = properties['null.marker']
  const pattern = regex(headersSeparator)
  differ(headersDelimiter, headersSeparator, 'headers.delimiter and headers.separator')
  differ(headersDelimiter, headersKeySeparator, 'headers.delimiter and headers.key.separator')
  differ(headersSeparator, headersKeySeparator, 'headers.separator and headers.key.separator')
  differ(keySeparator, nullMarker, 'null.marker and key.separator')
  differ(headersSeparator, nullMarker, 'null.marker and headers.separator')
  differ(headersDelimiter, nullMarker, 'null.marker and headers.delimiter')
  differ(headersKeySeparator, nullMarker, 'null.marker and headers.key.separator')
  return {
    parseKey: isTrue('parse.key'),
    parseHeaders: isTrue('parse.headers'),
    keySeparator: Buffer.from(keySeparator),
    headersDelimiter: Buffer.from(headersDelimiter),
    headersSeparator: pattern,
    headersKeySeparator,
    ignoreError: isTrue('ignore.error'),
    nullMarker: nullMarker === undefined ? undefined : Buffer.from(nullMarker),
    nullMarkerText: nullMarker,
  }
}

function differ(one: string, other: string | undefined, names: string): void {
  if (one === other) throw new JavaError('org.apache.kafka.common.KafkaException', `${names} may not be equal`)
}

function regex(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (error) {
    throw new JavaError('java.util.regex.PatternSyntaxException', error instanceof Error ? error.message : String(error))
  }
}
