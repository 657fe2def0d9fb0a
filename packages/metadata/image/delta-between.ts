import type { ClusterImage } from './cluster-image.ts'
import type { ConfigResource } from './config-resource.ts'
import type { ImageDelta } from './delta.ts'
import { keys } from './keys.ts'
import type { TopicImage } from './topic-image.ts'
import type { TopicChange } from './topics-image.ts'

/** What changed from one image to a later one, when the commits between them are not known. Looks at everything. */
export function deltaBetween(before: ClusterImage, after: ClusterImage): ImageDelta {
  return {
    revision: after.revision,
    topics: changedTopics(before, after),
    configs: changedConfigs(before, after),
    brokers: changedBrokers(before, after),
    features: before.features.revision !== after.features.revision,
  }
}

function changedTopics(before: ClusterImage, after: ClusterImage): readonly TopicChange[] {
  const gone = Array.from(before.topics.values()).filter(({ id }) => after.topics.byId(id) === undefined)
  const pairs = Array.from(after.topics.values(), (topic) => ({ before: before.topics.byId(topic.id), after: topic }))
  return [...gone.map((topic) => ({ before: topic, after: undefined })), ...pairs.filter((pair) => !sameTopic(pair.before, pair.after))]
}

function changedConfigs(before: ClusterImage, after: ClusterImage): readonly ConfigResource[] {
  const all = new Map([...before.configs.all(), ...after.configs.all()].map(({ resource }) => [keys.config(resource), resource]))
  return Array.from(all.values()).filter((resource) => before.configs.get(resource).revision !== after.configs.get(resource).revision)
}

function changedBrokers(before: ClusterImage, after: ClusterImage): readonly number[] {
  const ids = new Set([...before.brokers.all(), ...after.brokers.all()].map(({ id }) => id))
  return Array.from(ids).filter((id) => {
    const [old, now] = [before.brokers.get(id), after.brokers.get(id)]
    return old?.revision !== now?.revision || old?.registered !== now?.registered
  })
}

/** Revisions tell: each write has another. */
function sameTopic(a: TopicImage | undefined, b: TopicImage): boolean {
  return (
    a !== undefined &&
    a.revision === b.revision &&
    a.partitions.length === b.partitions.length &&
    a.partitions.every(({ revision }, index) => revision === b.partitions[index]?.revision)
  )
}
