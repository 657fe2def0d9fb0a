import type { Logger } from '@odradek/common/logging'
import type { ImageListener } from './image-follower.ts'
import type { ClusterImage } from './image/cluster-image.ts'
import type { ConfigResource } from './image/config-resource.ts'
import type { TopicChange } from './image/topics-image.ts'

/** Writes a line for what changed in the cluster. Values of settings are not written: they may be secret. */
export function reportChanges(logger: Logger): ImageListener {
  return (image, { topics, configs, brokers, features }) => {
    for (const change of topics) reportTopic(logger, change)
    for (const resource of configs) reportConfig(logger, image, resource)
    for (const id of brokers) reportBroker(logger, image, id)
    if (features) logger.info('Features changed', { features: Object.fromEntries(image.finalizedFeatures) })
  }
}

function reportTopic(logger: Logger, { before, after }: TopicChange): void {
  if (after === undefined) {
    logger.info('Topic deleted', { topic: before?.name, id: before?.id })
    return
  }
  const fields = { topic: after.name, id: after.id, partitions: after.partitions.length }
  if (before === undefined) logger.info('Topic created', { ...fields, replicationFactor: after.partitions[0]?.replicas.length })
  else if (before.partitions.length !== after.partitions.length) logger.info('Topic has more partitions', fields)
  else reportLeaders(logger, before, after)
}

function reportLeaders(logger: Logger, before: NonNullable<TopicChange['before']>, after: NonNullable<TopicChange['after']>): void {
  for (const [index, { partition, leader, leaderEpoch, isr, leaderRecovering }] of after.partitions.entries()) {
    const old = before.partitions[index]
    if (old === undefined || (old.leader === leader && old.isr === isr)) continue
    const fields = { topic: after.name, partition, leader, leaderEpoch, isr: isr.join() }
    if (leaderRecovering && !old.leaderRecovering) logger.warn('A leader was elected that may lack records', fields)
    else if (old.leader === leader) logger.info('In-sync replicas changed', fields)
    else logger.info('Leader changed', fields)
  }
}

function reportConfig(logger: Logger, image: ClusterImage, resource: ConfigResource): void {
  // Gone with its topic, which has a line of its own.
  if (resource.type === 'topic' && image.topics.byName(resource.name) === undefined) return
  const { entries } = image.configs.get(resource)
  const names = Array.from(entries.keys())
  if (entries.get('cleanup.policy')?.includes('compact') === true && !resource.name.startsWith('__'))
    logger.warn('Compaction is not built yet: this topic keeps every record of a key', { topic: resource.name })
  logger.info('Settings changed', { type: resource.type, entity: resource.name, set: names.join() })
}

function reportBroker(logger: Logger, image: ClusterImage, id: number): void {
  const broker = image.brokers.get(id)
  if (broker === undefined || !broker.registered) logger.info('Broker is away', { broker: id })
  else
    logger.info('Broker is registered', { broker: id, epoch: broker.epoch, fenced: broker.fenced, stopping: broker.inControlledShutdown })
}
