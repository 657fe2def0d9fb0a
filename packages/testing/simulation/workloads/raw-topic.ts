import { topic } from '@odradek/client'
import type { RawTopic } from '@odradek/client'

const topics = new Map<string, RawTopic>()

/** A topic whose keys and values are bytes. */
export function raw(name: string): RawTopic {
  let found = topics.get(name)
  if (found === undefined) topics.set(name, (found = topic(name)))
  return found
}
