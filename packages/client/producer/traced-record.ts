import type { Topic } from '../topic.ts'
import { recordChannel } from '../tracing/channels.ts'
import type { RecordMessage } from '../tracing/channels.ts'
import type { AnyRecord } from './accumulator.ts'
import { isPairs } from './written-headers.ts'

/** The record with the headers that those who listen in have added. */
export function traced(clientId: string, given: string | Topic, record: AnyRecord): AnyRecord {
  const { headers = [] } = record
  const pairs = isPairs(headers) ? [...headers] : Object.entries(headers)
  const message: RecordMessage = {
    clientId,
    topic: typeof given === 'string' ? given : given.name,
    partition: record.partition,
    headers: pairs.map(([key, value]) => [key, value]),
  }
  recordChannel.publish(message)
  return { ...record, headers: message.headers }
}
