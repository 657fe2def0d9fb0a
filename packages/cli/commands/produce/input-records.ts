import type { Bytes } from '@odradek/client'
import { UserError } from '@odradek/common/errors'

/** A record as it is sent. */
export interface InputRecord {
  readonly key: Bytes | string | null
  readonly value: Bytes | string | null
  readonly headers: readonly (readonly [string, string | null])[]
  readonly partition?: number
  readonly timestamp?: number
}

export interface LineForm {
  /** Between key and value; undefined: the line is the value. */
  readonly keySeparator: string | undefined
  /** For lines without a key of their own. */
  readonly key: string | null
  readonly headers: readonly (readonly [string, string | null])[]
  readonly partition: number | undefined
}

/** A line as it was typed: bytes stay what they are. @throws UserError when it has no key, and should. */
export function recordOfLine(line: Bytes, number: number, { keySeparator, key, headers, partition }: LineForm): InputRecord {
  const common = { headers, ...(partition === undefined ? {} : { partition }) }
  if (keySeparator === undefined) return { key, value: line, ...common }
  const at = Buffer.from(line.buffer, line.byteOffset, line.byteLength).indexOf(keySeparator)
  if (at < 0)
    throw new UserError(
      `line ${number} has no key: there is no "${keySeparator}" in it. --key-separator says what stands between key and value`,
    )
  return { key: line.subarray(0, at), value: line.subarray(at + Buffer.byteLength(keySeparator)), ...common }
}

/**
 * A line as `odradek consume -o jsonl` writes it: `{"key": "1", "value": "three"}`, with headers, partition and timestamp where wanted. A value
 * that is an object or a number is sent as JSON.
 *
 * @throws UserError with the number of the line.
 */
export function recordOfJson(line: string, number: number, { headers, partition }: LineForm): InputRecord {
  let data: unknown
  try {
    data = JSON.parse(line)
  } catch (error) {
    throw new UserError(`line ${number} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new UserError(`line ${number} must be an object: {"key": "1", "value": "three"}`)
  const {
    key = null,
    value = null,
    keyBase64,
    valueBase64,
    headers: own,
    partition: ownPartition,
    timestamp,
  }: Record<string, unknown> = { ...data }
  const place = ownPartition ?? partition
  if (place !== undefined && !Number.isInteger(place)) throw new UserError(`line ${number}: partition must be a whole number`)
  if (timestamp !== undefined && !Number.isInteger(timestamp))
    throw new UserError(`line ${number}: timestamp must be milliseconds since 1970`)
  return {
    key: typeof keyBase64 === 'string' ? Buffer.from(keyBase64, 'base64') : textOf(key),
    value: typeof valueBase64 === 'string' ? Buffer.from(valueBase64, 'base64') : textOf(value),
    headers: [...headers, ...headersOf(own, number)],
    ...(place === undefined ? {} : { partition: Number(place) }),
    ...(timestamp === undefined ? {} : { timestamp: Number(timestamp) }),
  }
}

const textOf = (value: unknown): string | null => (value === null || typeof value === 'string' ? value : JSON.stringify(value))

function headersOf(own: unknown, line: number): readonly (readonly [string, string | null])[] {
  if (own === undefined || own === null) return []
  if (Array.isArray(own))
    return own.map((pair: unknown) => {
      if (!Array.isArray(pair) || typeof pair[0] !== 'string')
        throw new UserError(`line ${line}: headers are pairs [["name", "value"]] or an object`)
      return [pair[0], textOf(pair[1] ?? null)]
    })
  if (typeof own !== 'object') throw new UserError(`line ${line}: headers are pairs [["name", "value"]] or an object`)
  return Object.entries(own).map(([name, value]: [string, unknown]) => [name, textOf(value)])
}
