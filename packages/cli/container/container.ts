import { existsSync, readFileSync } from 'node:fs'
import type { Broker } from '@odradek/broker'
import { parseProperties } from '@odradek/common/config'
import type { Logger } from '@odradek/common/logging'
import { serve } from '../start/start.ts'
import { UsageError } from '../usage-error.ts'
import { imageWishes } from './image-environment.ts'
import type { TopicToCreate } from './topics-to-create.ts'

/** Where Apache's image looks for a `server.properties` that was mounted (KIP-975), and where ours does too. */
const mounted = '/mnt/shared/config/server.properties'

/**
 * `odradek container`: what the image runs. A broker whose settings come from the environment in the ways of the common Kafka images;
 * `ODRADEK_CONFIG` names another file than the one in /mnt/shared/config.
 */
export async function container(args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new UsageError('odradek container takes its settings from the environment: KAFKA_LOG_RETENTION_MS=3600000')
  const path = process.env['ODRADEK_CONFIG'] ?? mounted
  const file = existsSync(path) ? parseProperties(readFileSync(path, 'utf8')) : undefined
  const { settings, topics, clusterId, remarks } = imageWishes(process.env, file)
  return await serve({ settings, ephemeral: false, clusterId, remarks, prepare: (broker, logger) => createTopics(broker, logger, topics) })
}

/** As the images do: a topic that is there already is left alone, one that cannot be made is a warning. */
async function createTopics({ services }: Broker, logger: Logger, topics: readonly TopicToCreate[]): Promise<void> {
  const missing = topics.filter(({ name }) => services.metadata.image.topics.byName(name) === undefined)
  if (missing.length === 0) return
  const wanted = missing.map(({ name, partitions, replicationFactor, config }) => ({
    name,
    numPartitions: partitions,
    replicationFactor,
    assignments: [],
    configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
  }))
  for (const { name, error, message } of await services.metadata.createTopics({ topics: wanted, validateOnly: false })) {
    if (error === 'NONE') logger.info('Made a topic that KAFKA_CREATE_TOPICS asks for', { topic: name })
    else logger.warn('Could not make a topic that KAFKA_CREATE_TOPICS asks for', { topic: name, error, message })
  }
}
