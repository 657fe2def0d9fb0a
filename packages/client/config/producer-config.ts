import { boolean, ConfigError, define, enumOf, int, long, string } from '@odradek/common/config'

/** How many replicas must have a batch: −1 all that are in sync, 1 the leader, 0 nobody is asked. */
export type Acks = -1 | 0 | 1

function readAcks(name: string, text: string): Acks {
  const acks = ({ all: -1, '-1': -1, '0': 0, '1': 1 } as const)[text]
  if (acks === undefined) throw ConfigError.invalidValue(name, text, 'String must be one of: all, -1, 0, 1')
  return acks
}

/** Settings of producers alone. */
export const producerOnlyConfig = {
  acks: define(
    { type: 'STRING', valid: '[all, -1, 0, 1]', read: readAcks },
    {
      doc: 'How many replicas must have a record before it counts as sent: all that are in sync, only the leader (1), or none (0). 0 and 1 switch idempotence off.',
    },
    'all',
  ),
  'enable.idempotence': boolean({
    default: true,
    doc: 'Whether the broker sorts out what it is sent twice, and keeps the order when something is sent again. Needs `acks=all`.',
  }),
  'max.in.flight.requests.per.connection': int({
    default: 5,
    atLeast: 1,
    doc: 'How many requests may be on their way to one broker; at most 5 with idempotence.',
  }),
  'linger.ms': long({
    default: 5,
    atLeast: 0,
    doc: 'How long a batch waits for more records. Where it is not given, a batch with a record that somebody awaits leaves at the end of the turn.',
  }),
  'batch.size': int({
    default: 16_384,
    atLeast: 0,
    doc: 'Bytes at which a batch is full, and leaves. 0: one record each. Where it is not given, a full batch that has to wait for the requests before it grows on, up to 128 KiB.',
  }),
  'buffer.memory': long({ default: 33_554_432, atLeast: 0, doc: 'Bytes of records that may wait for their acknowledgement.' }),
  'max.block.ms': long({
    default: 60_000,
    atLeast: 0,
    doc: 'How long `send` waits for memory or metadata, and the calls of a transaction for their end.',
  }),
  'max.request.size': int({ default: 1_048_576, atLeast: 0, doc: 'The largest request, and the largest record before compression.' }),
  'delivery.timeout.ms': int({
    default: 120_000,
    atLeast: 0,
    doc: 'How long a record may take to be acknowledged, from its batch on, with all attempts. At least `linger.ms` + `request.timeout.ms`.',
  }),
  'compression.type': enumOf(['none', 'gzip', 'snappy', 'lz4', 'zstd'], { default: 'none', doc: 'How batches are compressed.' }),
  'compression.gzip.level': int({ default: -1, atLeast: 1, atMost: 9, or: -1, doc: 'Level for gzip; −1 is that of zlib.' }),
  'compression.lz4.level': int({ default: 9, atLeast: 1, atMost: 17, doc: 'Level for lz4.' }),
  'compression.zstd.level': int({ default: 3, atLeast: -131_072, atMost: 22, doc: 'Level for zstd.' }),
  'partitioner.ignore.keys': boolean({ default: false, doc: 'Whether keys have no say in the choice of a partition.' }),
  'partitioner.adaptive.partitioning.enable': boolean({
    default: true,
    doc: 'Whether faster brokers get more of the records without a key (KIP-794).',
  }),
  'partitioner.availability.timeout.ms': long({
    default: 0,
    atLeast: 0,
    doc: 'After how long a broker that takes nothing gets no more records without a key. 0: never.',
  }),
  'metadata.max.idle.ms': long({
    default: 300_000,
    atLeast: 5_000,
    doc: 'How long metadata of a topic are kept to which nothing is sent.',
  }),
  'transactional.id': string({
    default: null,
    isNonEmpty: true,
    doc: 'Name under which transactions of this producer go on after a restart.',
  }),
  'transaction.timeout.ms': int({
    default: 60_000,
    atLeast: 1,
    doc: 'After how long the coordinator aborts a transaction that does not end.',
  }),
  'transaction.two.phase.commit.enable': boolean({
    default: false,
    doc: 'Whether somebody else coordinates transactions (KIP-939). Not to be had yet: true is refused.',
  }),
  'enable.metrics.push': boolean({ default: true, doc: 'Whether metrics are sent to the cluster when it asks for them (KIP-714).' }),
}
