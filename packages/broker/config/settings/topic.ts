import { boolean, double, int, list, long } from '@odradek/common/config'
import { topicLogConfig } from '@odradek/log'
import { unused } from './unused.ts'

/** Settings of one topic. All can be changed at any time; a setting of the broker gives the default. */
export const topicConfig = {
  ...topicLogConfig,
  'delete.retention.ms': long({
    default: 86_400_000,
    atLeast: 0,
    broker: 'log.cleaner.delete.retention.ms',
    unused: unused.cleaner,
    doc: 'How long a tombstone stays in a compacted topic. A consumer that reads from the start and takes longer may miss that a key was deleted.',
  }),
  'follower.replication.throttled.replicas': list({
    default: [],
    valid: '[partitionId]:[brokerId],[partitionId]:[brokerId],...',
    check: throttledReplicas('follower.replication.throttled.replicas'),
    unused: unused.oneBroker,
    doc: 'Which replicas are slowed down when they follow, as partition:broker, or `*` for all. The rate is a dynamic setting of the broker.',
  }),
  'leader.replication.throttled.replicas': list({
    default: [],
    valid: '[partitionId]:[brokerId],[partitionId]:[brokerId],...',
    check: throttledReplicas('leader.replication.throttled.replicas'),
    unused: unused.oneBroker,
    doc: 'Which replicas are slowed down when they lead, as partition:broker, or `*` for all. The rate is a dynamic setting of the broker.',
  }),
  'local.retention.bytes': long({
    default: -2,
    atLeast: -2,
    broker: 'log.local.retention.bytes',
    unused: unused.tiered,
    doc: 'How many bytes of a tiered partition stay on the local disk; −2 takes the value of retention.bytes, −1 keeps all.',
  }),
  'local.retention.ms': long({
    default: -2,
    atLeast: -2,
    broker: 'log.local.retention.ms',
    unused: unused.tiered,
    doc: 'How long segments of a tiered partition stay on the local disk; −2 takes the value of retention.ms, −1 keeps all.',
  }),
  'min.cleanable.dirty.ratio': double({
    default: 0.5,
    atLeast: 0,
    atMost: 1,
    broker: 'log.cleaner.min.cleanable.ratio',
    unused: unused.cleaner,
    doc: 'Which part of a compacted log must not have been compacted yet before it is worth a run.',
  }),
  'min.compaction.lag.ms': long({
    default: 0,
    atLeast: 0,
    broker: 'log.cleaner.min.compaction.lag.ms',
    unused: unused.cleaner,
    doc: 'How long a record stays as it was written before compaction may remove it.',
  }),
  'min.insync.replicas': int({
    default: 1,
    atLeast: 1,
    broker: 'min.insync.replicas',
    doc: 'How many replicas must have a batch before acks=all is answered. With fewer in-sync replicas such a produce request fails.',
  }),
  preallocate: boolean({
    default: false,
    broker: 'log.preallocate',
    unused: 'segments grow as they are written',
    doc: 'Whether the file of a new segment gets its full size at once.',
  }),
  'remote.log.copy.disable': boolean({
    default: false,
    unused: unused.tiered,
    doc: 'Whether a tiered topic stops copying segments and only serves and expires those that are remote already.',
  }),
  'remote.log.delete.on.disable': boolean({
    default: false,
    unused: unused.tiered,
    doc: 'Whether the remote segments of a topic are deleted when tiered storage is switched off for it.',
  }),
  'remote.storage.enable': boolean({
    default: false,
    unused: unused.tiered,
    doc: 'Whether closed segments of the topic are moved to remote storage.',
  }),
  'unclean.leader.election.enable': boolean({
    default: false,
    broker: 'unclean.leader.election.enable',
    unused: unused.oneBroker,
    doc: 'Whether a replica that is not in sync may become leader when no other is left. Records may be lost then.',
  }),
}

function throttledReplicas(name: string): (values: readonly string[]) => string | undefined {
  return (values) =>
    values.join() === '*' || values.every((value) => /^\d+:\d+$/.test(value))
      ? undefined
      : `${name} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...`
}
