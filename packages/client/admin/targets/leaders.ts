import type { ErrorName } from '@odradek/protocol'
import { errorName } from '@odradek/protocol'
import { Metadata } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import { errorOf } from '../../errors/error-of.ts'
import { nameOf } from '../../partitions.ts'
import type { TopicPartition } from '../../partitions.ts'
import { byTopic } from '../keys.ts'
import { codes } from './target.ts'
import type { Lookup, Route, Target } from './target.ts'

/**
 * The leaders of partitions, found with one Metadata request for all topics.
 *
 * A topic that nobody knows may just have been made, so it is asked for until the call's time is over, unless `unknownTopics` says that this is an answer.
 */
export function leaders<Key extends TopicPartition>({
  unknownTopics = 'wait',
}: { readonly unknownTopics?: 'wait' | 'fail' } = {}): Target<Key> {
  return {
    retries: unknownTopics === 'wait' ? stale : new Set([...stale].filter((code) => code !== 'UNKNOWN_TOPIC_OR_PARTITION')),
    async route(keys, lookup) {
      const topics = [...byTopic(keys).keys()]
      const answer = await lookup.ask(Metadata, { topics: topics.map((name) => ({ name })), allowAutoTopicCreation: false })
      const routes = routesOf(keys, answer, unknownTopics)
      await learnBrokers(routes, lookup)
      return routes
    },
  }
}

const stale = codes(
  'NOT_LEADER_OR_FOLLOWER',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'BROKER_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'KAFKA_STORAGE_ERROR',
  'OFFSET_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'REQUEST_TIMED_OUT',
)

const passing: ReadonlySet<ErrorName> = codes('LEADER_NOT_AVAILABLE', 'BROKER_NOT_AVAILABLE')

/** Decides from metadata whom to ask about each partition. */
export function routesOf<Key extends TopicPartition>(
  keys: readonly Key[],
  { topics }: Pick<ResponseOf<typeof Metadata>, 'topics'>,
  unknownTopics: 'wait' | 'fail',
): readonly Route<Key>[] {
  const byName = new Map(topics.map((topic) => [topic.name, topic]))
  const led = new Map<number, Key[]>()
  const routes: Route<Key>[] = []
  const missing = (key: Key, code: number, said: string): void => {
    const name = errorName(code)
    const again = name === 'UNKNOWN_TOPIC_OR_PARTITION' ? unknownTopics === 'wait' : passing.has(name) || stale.has(name)
    routes.push({ error: errorOf(code, said), keys: [key], again })
  }
  for (const key of keys) {
    const topic = byName.get(key.topic)
    if (topic === undefined || topic.errorCode !== 0) {
      missing(key, topic?.errorCode ?? 3, `the metadata of topic ${key.topic} can't be had`)
      continue
    }
    const partition = topic.partitions.find(({ partitionIndex }) => partitionIndex === key.partition)
    if (partition === undefined)
      missing(key, 3, `topic ${key.topic} has ${topic.partitions.length} partitions, so there is no ${nameOf(key)}`)
    else if (partition.leaderId < 0)
      missing(key, partition.errorCode === 0 ? 5 : partition.errorCode, `${nameOf(key)} has no leader at the moment`)
    else led.set(partition.leaderId, [...(led.get(partition.leaderId) ?? []), key])
  }
  for (const [broker, ofBroker] of led) routes.push({ broker, keys: ofBroker })
  return routes
}

/** A leader that has just joined the cluster may be missing from the metadata by which connections are opened. */
export async function learnBrokers(routes: readonly Route<unknown>[], { cluster, signal }: Lookup): Promise<void> {
  const isNew = routes.some((route) => 'broker' in route && !cluster.metadata.brokers.has(route.broker))
  if (isNew) await cluster.refresh({ signal })
}
