import { boolean, define, enumOf, int, list, string } from '@odradek/common/config'
import { readOffsetReset } from './offset-reset.ts'

/** Settings of consumers alone. */
export const consumerOnlyConfig = {
  'group.id': string({
    default: null,
    isNonEmpty: true,
    doc: 'Group that this consumer belongs to. Without one it can only be told its partitions, with `assign`.',
  }),
  'group.instance.id': string({
    default: null,
    isNonEmpty: true,
    doc: 'Name of this member that stays the same over restarts (KIP-345): its partitions wait for it.',
  }),
  'group.protocol': enumOf(['classic', 'consumer', 'auto'], {
    ignoresCase: true,
    default: 'classic',
    doc: 'How the group comes to its assignment: by its members (classic) or by the broker (consumer, KIP-848); auto takes the latter where the broker has it.',
  }),
  'group.remote.assignor': string({
    default: null,
    isNonEmpty: true,
    doc: 'Assignor of the broker, `uniform` or `range`. Only with KIP-848.',
  }),
  'session.timeout.ms': int({
    default: 45_000,
    atLeast: 1,
    doc: 'After how long without a heartbeat a member is thought dead. Only with the classic protocol.',
  }),
  'heartbeat.interval.ms': int({
    default: 3_000,
    atLeast: 1,
    doc: 'How often a member says that it is alive. Only with the classic protocol.',
  }),
  'partition.assignment.strategy': list({
    default: ['range', 'cooperative-sticky'],
    valid: '[range, roundrobin, sticky, cooperative-sticky]',
    doc: 'Assignors in order of preference, by name or by the class name in Java. In code `assignors` takes own ones too. Only with the classic protocol.',
  }),
  'max.poll.interval.ms': int({
    default: 300_000,
    atLeast: 1,
    doc: 'How long the application may take between asking for two items; a consumer that takes longer leaves its group. Also the rebalance timeout.',
  }),
  'max.poll.records': int({ default: 500, atLeast: 1, doc: 'The most records of one batch, or of one `poll`.' }),
  'enable.auto.commit': boolean({ default: true, doc: 'Whether what was processed is committed without asking. Off without `group.id`.' }),
  'auto.commit.interval.ms': int({ default: 5_000, atLeast: 0, doc: 'How often that happens.' }),
  'auto.offset.reset': define(
    { type: 'STRING', valid: '[latest, earliest, none, by_duration:PnDTnHnMn.nS]', read: readOffsetReset },
    { doc: 'Where to begin without a committed offset: at the end, at the beginning, so long ago (KIP-1106), or not at all.' },
    'latest',
  ),
  'isolation.level': enumOf(['read_committed', 'read_uncommitted'], {
    default: 'read_uncommitted',
    doc: 'Whether records of open and aborted transactions are delivered.',
  }),
  'fetch.min.bytes': int({ default: 1, atLeast: 0, doc: 'How much there should be before the broker answers.' }),
  'fetch.max.wait.ms': int({ default: 500, atLeast: 0, doc: 'How long the broker waits for that much.' }),
  'fetch.max.bytes': int({ default: 52_428_800, atLeast: 0, doc: 'The most of one answer; the first batch comes even if it is larger.' }),
  'max.partition.fetch.bytes': int({
    default: 1_048_576,
    atLeast: 0,
    doc: 'The most of one partition in an answer; its first batch comes even if it is larger.',
  }),
  'check.crcs': boolean({ default: true, doc: 'Whether the checksum of each batch is checked.' }),
  'client.rack': string({
    default: '',
    doc: 'Rack of this client: replicas in it are read (KIP-392), assignors prefer partitions with replicas there.',
  }),
  'allow.auto.create.topics': boolean({ default: true, doc: 'Whether the broker may create topics that are subscribed to.' }),
  'exclude.internal.topics': boolean({ default: true, doc: 'Whether a pattern leaves out topics of Kafka itself.' }),
  'enable.metrics.push': boolean({ default: true, doc: 'Whether metrics are sent to the cluster when it asks for them (KIP-714).' }),
  'odradek.prefetch.max.bytes': int({
    default: null,
    atLeast: 1,
    isOurs: true,
    doc: 'Bytes that may be fetched and not yet processed. By default as `fetch.max.bytes`.',
  }),
  'odradek.decompressed.batch.max.bytes': int({
    default: null,
    atLeast: 1,
    isOurs: true,
    doc: 'The largest batch after decompression. By default 32 MiB, or 16 times `max.partition.fetch.bytes` where that is more.',
  }),
}
