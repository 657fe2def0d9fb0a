import { ZERO_UUID } from '@odradek/common/bytes'
import type { Broker } from '@odradek/broker'
import { createTopics } from '../create-topics.ts'
import type { TopicsToCreate } from '../create-topics.ts'

/** Deletes all topics, the internal ones with the groups in them, and all settings; then makes `topics`. */
export async function reset(broker: Broker, topics: TopicsToCreate): Promise<void> {
  const { metadata } = broker.services
  const names = metadata.image.topics.all().map(({ name }) => name)
  if (names.length > 0) await metadata.deleteTopics(names.map((name) => ({ name, topicId: ZERO_UUID })))
  const configured = [...metadata.image.configs.all()].map(({ resource }) => ({ resource, configs: [] }))
  if (configured.length > 0) await metadata.alterConfigs(configured, false)
  await createTopics(broker, topics)
}
