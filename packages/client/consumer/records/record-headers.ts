import type { Buffer } from 'node:buffer'
import { afterVarint, varintAt } from '@odradek/protocol/records'
import type { Bytes } from '../../bytes.ts'
import { HeaderList, noHeaders } from '../../header-list.ts'
import type { Headers } from '../../headers.ts'

type Header = readonly [key: string, value: Bytes | null]

export { noHeaders }

/** Reads `count` headers from `buffer[start, end)`; undefined when they do not have the form that Kafka gives them. */
export function readHeaders(buffer: Buffer, start: number, end: number, count: number): Headers | undefined {
  // A header takes two bytes at least, so a false count can't make a long list.
  if (!(count >= 0 && count * 2 <= end - start)) return undefined
  const list: Header[] = []
  let position = start
  for (let i = 0; i < count; i++) {
    const keyLength = varintAt(buffer, position)
    position = afterVarint(buffer, position)
    if (!(keyLength >= 0 && keyLength <= end - position)) return undefined
    const key = buffer.utf8Slice(position, position + keyLength)
    position += keyLength
    const valueLength = varintAt(buffer, position)
    position = afterVarint(buffer, position)
    if (!(valueLength <= end - position)) return undefined
    list.push([key, valueLength < 0 ? null : buffer.subarray(position, position + valueLength)])
    position += Math.max(0, valueLength)
  }
  return position === end ? new HeaderList(list) : undefined
}
