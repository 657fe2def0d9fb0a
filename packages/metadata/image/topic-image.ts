import type { JsonValue } from '../store.ts'
import { JsonFields } from './json.ts'
import type { PartitionState } from './partition-state.ts'

/** A topic, as the cluster has agreed on it. */
export interface TopicImage {
  readonly id: string
  readonly name: string
  /** Whether brokers made it for themselves. */
  readonly internal: boolean
  /** By partition number, without gaps. */
  readonly partitions: readonly PartitionState[]
  /** Revision of the store at which the topic was made or last grew. */
  readonly revision: number
}

/** What `/topics/<id>` holds. Partitions from `partitions` on are not there yet, or not any more, whatever other keys say. */
export interface TopicRecord {
  readonly name: string
  readonly partitions: number
  readonly revision: number
}

export function encodeTopic({ name, partitions }: Omit<TopicRecord, 'revision'>): JsonValue {
  return { name, partitions }
}

export function decodeTopic(key: string, value: JsonValue, revision: number): TopicRecord {
  const fields = new JsonFields(key, value)
  return { name: fields.string('name'), partitions: fields.number('partitions'), revision }
}
