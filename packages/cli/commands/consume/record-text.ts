import type { Bytes } from '@odradek/client'
import { UsageError } from '../../usage-error.ts'
import { formatMoment } from '../units/moment.ts'

/** What is shown of a record. */
export interface ShownRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Bytes | null
  readonly value: Bytes | null
  readonly headers: Iterable<readonly [string, Bytes | null]>
}

/** What scripts get; bytes that are no UTF-8 come as base64 under a name of their own, so that nothing is lost. */
export function recordData(record: ShownRecord, { jsonValues }: { readonly jsonValues: boolean }): Readonly<Record<string, unknown>> {
  const { topic, partition, offset, timestamp } = record
  const value = textOrUndefined(record.value)
  return {
    topic,
    partition,
    offset,
    timestamp,
    ...field('key', record.key),
    ...(jsonValues && typeof value === 'string' ? { value: parsed(value) } : field('value', record.value)),
    headers: [...record.headers].map(([name, bytes]) => [
      name,
      textOrUndefined(bytes) ?? `base64:${Buffer.from(bytes ?? []).toString('base64')}`,
    ]),
  }
}

function field(name: string, bytes: Bytes | null): Readonly<Record<string, unknown>> {
  const text = textOrUndefined(bytes)
  return text === undefined ? { [`${name}Base64`]: Buffer.from(bytes ?? []).toString('base64') } : { [name]: text }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Null for null; undefined when it is no UTF-8. */
function textOrUndefined(bytes: Bytes | null): string | null | undefined {
  if (bytes === null) return null
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A line for people: `2026-11-28 10:00:00.123 orders-0@42 key value`. */
export function recordLine(record: ShownRecord, style: (kind: 'dim' | 'bold', text: string) => string): string {
  const place = `${record.topic}-${record.partition}@${record.offset}`
  const key = record.key === null ? '' : `${style('bold', readable(record.key))} `
  const headers = [...record.headers].map(([name, value]) => `${name}=${value === null ? 'null' : readable(value)}`)
  return `${style('dim', `${formatMoment(record.timestamp)} ${place}`)} ${key}${record.value === null ? style('dim', '(tombstone)') : readable(record.value)}${
    headers.length === 0 ? '' : style('dim', ` [${headers.join(' ')}]`)
  }\n`
}

const readable = (bytes: Bytes): string => textOrUndefined(bytes) ?? `0x${Buffer.from(bytes).toString('hex')}`

const tokens: Readonly<Record<string, (record: ShownRecord) => string | Bytes>> = {
  t: ({ topic }) => topic,
  p: ({ partition }) => String(partition),
  o: ({ offset }) => String(offset),
  T: ({ timestamp }) => String(timestamp),
  d: ({ timestamp }) => new Date(timestamp).toISOString(),
  k: ({ key }) => key ?? '',
  v: ({ value }) => value ?? '',
  h: ({ headers }) => [...headers].map(([name, value]) => `${name}=${value === null ? '' : readable(value)}`).join(','),
}

/**
 * A form of one's own: `%t %p %o %k %v %h`, `%T` milliseconds, `%d` as ISO 8601, `%%`, `\n`, `\t`. Keys and values are written as the bytes they are.
 *
 * @throws UsageError for a letter that means nothing.
 */
export function recordFormat(format: string): (record: ShownRecord) => Uint8Array {
  const parts = [...format.matchAll(/%(.)|\\(.)|([^%\\]+)|([%\\])$/gs)].map(([, token, escape, plain, last]) => {
    if (plain !== undefined || last !== undefined) return plain ?? last ?? ''
    if (escape !== undefined) return { n: '\n', t: '\t', r: '\r', 0: '\0', '\\': '\\' }[escape] ?? escape
    if (token === '%') return '%'
    const found = tokens[token ?? '']
    if (found === undefined)
      throw new UsageError(
        `--format: %${token ?? ''} means nothing; there are %t topic, %p partition, %o offset, %k key, %v value, %h headers, %T and %d time`,
      )
    return found
  })
  return (record) => Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? part : part(record))))
}
