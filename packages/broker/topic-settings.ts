import { logSettingsOf } from '@odradek/log'
import type { TopicConfig } from './config/index.ts'
import type { TopicSettings } from './replication/partition.ts'

/** What the settings of a topic mean for its partitions. */
export function topicSettingsOf(config: TopicConfig): TopicSettings {
  return { log: logSettingsOf(config), minInSyncReplicas: config['min.insync.replicas'] }
}
