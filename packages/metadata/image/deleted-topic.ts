import { keys } from './keys.ts'

/** Whether a topic is gone by one of the deletions in `removed`, which are keys of the store. Where its id is not known, its name counts. */
export function isDeletedTopic(removed: ReadonlySet<string>, topic: { readonly id: string | undefined; readonly name: string }): boolean {
  return removed.has(topic.id === undefined ? keys.topicName(topic.name) : keys.topic(topic.id))
}
