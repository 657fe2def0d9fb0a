import { ZERO_UUID } from '@odradek/common/bytes'
import type { Logger } from '@odradek/common/logging'
import type { MetricsRegistry } from '@odradek/common/metrics'
import type { Random } from '@odradek/common/random'
import type { Clock, Timer } from '@odradek/common/time'
import { GroupCoordinator } from '@odradek/coordinator'
import type { GroupConfig } from '@odradek/coordinator'
import type { MetadataService } from '@odradek/metadata'
import { InternalTopicLog } from './replication/internal-topic-log.ts'
import type { Replicas } from './replication/replicas.ts'

export interface GroupCoordinationOptions {
  readonly replicas: Replicas
  readonly metadata: Pick<MetadataService, 'image' | 'onImage'>
  readonly clock: Clock
  readonly timer: Timer
  readonly random: Random
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly machine: { readonly memoryBytes: number }
  /** Asked at each event, so that a change counts from then on. */
  readonly config: () => GroupConfig & { readonly 'offsets.topic.num.partitions': number }
}

/**
 * The coordinator of groups, living in the partitions of `__consumer_offsets` that this broker leads: it takes a partition
 * over when the broker is elected its leader, and hears of deleted topics.
 */
export function coordinateGroups(options: GroupCoordinationOptions): GroupCoordinator {
  const { replicas, metadata, clock, config } = options
  const partitionCount = (): number => config()['offsets.topic.num.partitions']
  const groups = new GroupCoordinator({
    ...options,
    memoryBytes: options.machine.memoryBytes,
    logger: options.logger.named('groups'),
    log: new InternalTopicLog({ topic, replicas, clock, partitionCount }),
    topicIdOf: (name) => metadata.image.topics.byName(name)?.id ?? ZERO_UUID,
  })
  replicas.observe({
    elected: (name, partition, leaderEpoch) => {
      if (name === topic) groups.elected(partition, leaderEpoch)
    },
    resigned: (name, partition) => {
      if (name === topic) groups.resigned(partition)
    },
  })
  // Not from the replicas: a coordinator has offsets of topics that lie on other brokers altogether.
  metadata.onImage((_image, { topics }) => {
    for (const { before, after } of topics) if (before !== undefined && after === undefined) groups.topicDeleted(before.name)
  })
  return groups
}

const topic = '__consumer_offsets'
