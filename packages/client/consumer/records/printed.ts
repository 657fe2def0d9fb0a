import type { InspectOptions } from 'node:util'
import type { Inspect } from '../../inspected.ts'
import type { ConsumerRecord } from '../record.ts'

/** What `JSON.stringify` makes of a record. Headers are pairs, since a name may come twice. */
export function plain(record: ConsumerRecord<string, unknown, unknown>): object {
  const { topic, partition, offset, timestamp, key, value, headers } = record
  return { topic, partition, offset, timestamp, key, value, headers: [...headers] }
}

/** The same for `console.log`. What can't be read is shown as its error: whoever prints a record often looks for just that. */
export function printed(record: ConsumerRecord<string, unknown, unknown>, options: InspectOptions, inspect: Inspect): string {
  const shown: Record<string, unknown> = {}
  for (const name of ['topic', 'partition', 'offset', 'timestamp', 'key', 'value', 'headers'] as const) {
    try {
      shown[name] = name === 'headers' ? [...record.headers] : record[name]
    } catch (error) {
      shown[name] = error
    }
  }
  return `ConsumerRecord ${inspect(shown, options)}`
}
