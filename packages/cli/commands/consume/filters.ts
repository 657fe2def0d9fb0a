import { UsageError } from '../../usage-error.ts'
import type { ShownRecord } from './record-text.ts'

/** Whether a record is wanted, by regular expressions on its value and its key, and by headers. */
export function filterOf(options: {
  readonly grep: string | undefined
  readonly key: string | undefined
  readonly header: readonly string[]
}): (record: ShownRecord) => boolean {
  const value = patternOf('--grep', options.grep)
  const key = patternOf('--key', options.key)
  const headers = options.header.map((given) => {
    const at = given.indexOf('=')
    return at < 0 ? { name: given, text: undefined } : { name: given.slice(0, at), text: given.slice(at + 1) }
  })
  return (record) =>
    matches(value, record.value) &&
    matches(key, record.key) &&
    headers.every(({ name, text }) =>
      [...record.headers].some(
        ([own, bytes]) => own === name && (text === undefined || (bytes !== null && Buffer.from(bytes).toString() === text)),
      ),
    )
}

function patternOf(option: string, text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined
  try {
    return new RegExp(text)
  } catch (error) {
    throw new UsageError(`${option} ${text}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

const matches = (pattern: RegExp | undefined, bytes: Uint8Array | null): boolean =>
  pattern === undefined || (bytes !== null && pattern.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()))
