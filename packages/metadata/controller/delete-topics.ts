import { ZERO_UUID } from '@odradek/common/bytes'
import { keys } from '../image/keys.ts'
import type { TopicImage } from '../image/topic-image.ts'
import type { Change } from '../store.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { duplicatesOf } from './duplicates.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/** A topic to delete: by its name, or by its id with `name` null. */
export interface TopicReference {
  readonly name: string | null
  /** The zero uuid when the topic is named. */
  readonly topicId: string
}

/** How it went for one reference. `topicId` is zero and `name` null as far as they are not known. */
export interface DeletedTopic extends Outcome {
  readonly name: string | null
  readonly topicId: string
}

/** Decides which topics go: each by itself, in the order of the request; what is named twice is answered once. */
export function deleteTopics({ image, settings }: DecisionContext, topics: readonly TopicReference[]): Decision<readonly DeletedTopic[]> {
  if (!settings.deleteTopicEnable) {
    return { changes: [], answer: topics.map(({ name, topicId }) => ({ name, topicId, ...refused('TOPIC_DELETION_DISABLED') })) }
  }
  const names = duplicatesOf(topics.filter(isNamed).map(({ name }) => name))
  const ids = duplicatesOf(topics.filter(isIdentified).map(({ topicId }) => topicId))
  const find = ({ name, topicId }: TopicReference): TopicImage | undefined =>
    name === null ? image.topics.byId(topicId) : image.topics.byName(name)
  const single = topics.filter((topic) => isIdentified(topic) || (isNamed(topic) && !names.has(topic.name)))
  const meantTwice = duplicatesOf(single.flatMap((topic) => find(topic)?.id ?? []))
  const decide = (reference: TopicReference): { readonly topic?: TopicImage | undefined; readonly outcome: Outcome } => {
    const wrong = misreferenced(reference)
    if (wrong !== undefined) return { outcome: wrong }
    if (reference.name !== null && names.has(reference.name)) return { outcome: refused('INVALID_REQUEST', 'Duplicate topic name.') }
    if (ids.has(reference.topicId)) return { outcome: refused('INVALID_REQUEST', 'Duplicate topic id.') }
    const topic = find(reference)
    if (topic === undefined) return { outcome: refused(reference.name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION') }
    if (!meantTwice.has(topic.id)) return { topic, outcome: done }
    return { topic, outcome: refused('INVALID_REQUEST', 'The provided topic name maps to an ID that was already supplied.') }
  }
  const changes: Change[] = []
  const answers = new Map<string, DeletedTopic>()
  for (const reference of topics) {
    const { topic, outcome } = decide(reference)
    const { name, topicId } = topic === undefined ? reference : { name: topic.name, topicId: topic.id }
    answers.set(`${name ?? ''}/${topicId}`, { name, topicId, ...outcome })
    if (topic !== undefined && outcome === done) changes.push(...changesFor(topic, image.configs.of('topic', topic.name).size > 0))
  }
  return { changes, answer: Array.from(answers.values()) }
}

function misreferenced({ name, topicId }: TopicReference): Outcome | undefined {
  if (name === null && topicId === ZERO_UUID) return refused('INVALID_REQUEST', 'Neither topic name nor id were specified.')
  if (name !== null && topicId !== ZERO_UUID) return refused('INVALID_REQUEST', 'You may not specify both topic name and topic id.')
  return undefined
}

function isNamed(topic: TopicReference): boolean {
  return topic.name !== null && topic.topicId === ZERO_UUID
}

function isIdentified(topic: TopicReference): boolean {
  return topic.name === null && topic.topicId !== ZERO_UUID
}

/** The topic's own key goes first: where a store takes a large topic in several commits, it is gone with that key. */
function changesFor({ id, name, partitions, revision }: TopicImage, hasConfig: boolean): readonly Change[] {
  return [
    { key: keys.topic(id), value: undefined, expected: revision },
    { key: keys.topicName(name), value: undefined },
    ...(hasConfig ? [{ key: keys.config({ type: 'topic', name }), value: undefined }] : []),
    ...partitions.map(({ partition }) => ({ key: keys.partition(id, partition), value: undefined })),
  ]
}
