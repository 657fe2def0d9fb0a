import { enumOf, int, list, listOf, short } from '@odradek/common/config'
import { classicGroupConfig as memberConfig, committedOffsetsConfig } from '@odradek/coordinator'
import { unused } from './unused.ts'

/** Committed offsets and the topic that holds them. */
export const offsetsConfig = {
  ...committedOffsetsConfig,
  'offsets.load.buffer.size': int({
    default: 5_242_880,
    atLeast: 1,
    doc: 'How many bytes are read at a time when a coordinator loads its groups.',
  }),
  'offsets.topic.replication.factor': short({
    default: 3,
    atLeast: 1,
    doc: 'How many replicas __consumer_offsets gets when it is created. With fewer brokers it gets as many as there are.',
  }),
  'offsets.topic.num.partitions': int({
    default: 50,
    atLeast: 1,
    doc: 'How many partitions __consumer_offsets gets when it is created. It must not change afterwards.',
  }),
  'offsets.topic.segment.bytes': int({
    default: 104_857_600,
    atLeast: 1,
    doc: 'Size of a segment of __consumer_offsets. Smaller is faster to load.',
  }),
  'offsets.topic.compression.codec': int({
    default: 0,
    doc: 'The codec of __consumer_offsets by its number: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.',
  }),
}

/** Groups in general, and those of the classic protocol. */
export const classicGroupConfig = {
  ...memberConfig,
  'group.coordinator.rebalance.protocols': listOf(['consumer', 'classic', 'share', 'streams'], {
    default: ['classic', 'consumer', 'streams'],
    isNonEmpty: true,
    doc: 'Which kinds of groups the coordinator serves.',
    unused: 'only classic groups are served yet',
  }),
  'group.coordinator.threads': int({ default: 4, atLeast: 1, doc: 'How many threads run group coordinators.', unused: unused.threads }),
  'group.coordinator.background.threads': int({
    default: 2,
    atLeast: 1,
    doc: 'How many threads compute what takes long.',
    unused: unused.threads,
  }),
  'group.coordinator.append.linger.ms': int({
    default: -1,
    atLeast: -1,
    doc: 'How long a coordinator collects records before it writes them; −1 finds out by itself.',
    unused: 'everything of one turn of the event loop is written together',
  }),
  'group.coordinator.cached.buffer.max.bytes': int({
    default: 1_048_588,
    atLeast: 524_288,
    scope: 'cluster-wide',
    doc: 'How large a buffer may be that a coordinator keeps for its next batch.',
    unused: unused.jvm,
  }),
}

/** Groups of the consumer protocol (KIP-848). */
export const consumerGroupConfig = {
  'group.consumer.session.timeout.ms': int({
    default: 45_000,
    atLeast: 1,
    doc: 'After what silence a member is taken for dead.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.min.session.timeout.ms': int({
    default: 45_000,
    atLeast: 1,
    doc: 'The shortest session time-out that a group may be given.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.max.session.timeout.ms': int({
    default: 60_000,
    atLeast: 1,
    doc: 'The longest session time-out that a group may be given.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.heartbeat.interval.ms': int({
    default: 5000,
    atLeast: 1,
    doc: 'How often members send heartbeats.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.min.heartbeat.interval.ms': int({
    default: 5000,
    atLeast: 1,
    doc: 'The shortest heartbeat interval that a group may be given.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.max.heartbeat.interval.ms': int({
    default: 15_000,
    atLeast: 1,
    doc: 'The longest heartbeat interval that a group may be given.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.assignment.interval.ms': int({
    default: 1000,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How much time lies between two computations of an assignment.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.min.assignment.interval.ms': int({
    default: 0,
    atLeast: 0,
    doc: 'The shortest assignment interval that a group may be given.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.max.assignment.interval.ms': int({
    default: 15_000,
    atLeast: 0,
    doc: 'The longest assignment interval that a group may be given.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.max.size': int({
    default: 10_000,
    kafkaDefault: '2147483647',
    atLeast: 1,
    doc: 'How many members a group may have.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.assignors': list({
    default: ['uniform', 'range'],
    doc: 'The assignors that members may choose; the first is taken when they do not.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.migration.policy': enumOf(['disabled', 'downgrade', 'upgrade', 'bidirectional'], {
    default: 'bidirectional',
    ignoresCase: true,
    doc: 'Whether a group changes over between the classic and the consumer protocol while it is running, and in which direction.',
    unused: unused.consumerProtocol,
  }),
  'group.consumer.regex.refresh.interval.ms': int({
    default: 600_000,
    atLeast: 10_000,
    isInternal: true,
    doc: 'How often regular expressions of subscriptions are resolved anew.',
    unused: unused.consumerProtocol,
  }),
}

/** Groups of Kafka Streams (KIP-1071). */
export const streamsGroupConfig = {
  'group.streams.session.timeout.ms': int({
    default: 45_000,
    atLeast: 1,
    doc: 'After what silence a member is taken for dead.',
    unused: unused.streamsGroups,
  }),
  'group.streams.min.session.timeout.ms': int({
    default: 45_000,
    atLeast: 1,
    doc: 'The shortest session time-out that a group may be given.',
    unused: unused.streamsGroups,
  }),
  'group.streams.max.session.timeout.ms': int({
    default: 60_000,
    atLeast: 1,
    doc: 'The longest session time-out that a group may be given.',
    unused: unused.streamsGroups,
  }),
  'group.streams.heartbeat.interval.ms': int({
    default: 5000,
    atLeast: 1,
    doc: 'How often members send heartbeats.',
    unused: unused.streamsGroups,
  }),
  'group.streams.min.heartbeat.interval.ms': int({
    default: 5000,
    atLeast: 1,
    doc: 'The shortest heartbeat interval that a group may be given.',
    unused: unused.streamsGroups,
  }),
  'group.streams.max.heartbeat.interval.ms': int({
    default: 15_000,
    atLeast: 1,
    doc: 'The longest heartbeat interval that a group may be given.',
    unused: unused.streamsGroups,
  }),
  'group.streams.assignment.interval.ms': int({
    default: 1000,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How much time lies between two computations of an assignment.',
    unused: unused.streamsGroups,
  }),
  'group.streams.min.assignment.interval.ms': int({
    default: 0,
    atLeast: 0,
    doc: 'The shortest assignment interval that a group may be given.',
    unused: unused.streamsGroups,
  }),
  'group.streams.max.assignment.interval.ms': int({
    default: 15_000,
    atLeast: 0,
    doc: 'The longest assignment interval that a group may be given.',
    unused: unused.streamsGroups,
  }),
  'group.streams.initial.rebalance.delay.ms': int({
    default: 3000,
    atLeast: 0,
    doc: 'How long an empty group waits for more members before its first assignment.',
    unused: unused.streamsGroups,
  }),
  'group.streams.num.standby.replicas': int({
    default: 0,
    atLeast: 0,
    doc: 'How many copies of its state a task has beside the active one.',
    unused: unused.streamsGroups,
  }),
  'group.streams.max.standby.replicas': int({
    default: 2,
    atLeast: 0,
    doc: 'How many such copies a group may be given.',
    unused: unused.streamsGroups,
  }),
  'group.streams.max.size': int({
    default: 2_147_483_647,
    atLeast: 1,
    doc: 'How many members a group may have.',
    unused: unused.streamsGroups,
  }),
}
