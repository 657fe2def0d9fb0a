import { boolean, int, short } from '@odradek/common/config'
import { unused } from './unused.ts'

/** Producer ids, and transactions with the topic that holds them. */
export const transactionConfig = {
  'transaction.max.timeout.ms': int({
    default: 900_000,
    atLeast: 1,
    doc: 'The longest transaction time-out that a producer may ask for.',
    unused: unused.transactions,
  }),
  'transactional.id.expiration.ms': int({
    default: 604_800_000,
    atLeast: 1,
    doc: 'After what silence a transactional id is forgotten.',
    unused: unused.transactions,
  }),
  'transaction.state.log.replication.factor': short({
    default: 3,
    atLeast: 1,
    doc: 'How many replicas __transaction_state gets when it is created.',
    unused: unused.transactions,
  }),
  'transaction.state.log.min.isr': int({
    default: 2,
    atLeast: 1,
    doc: 'min.insync.replicas of __transaction_state.',
    unused: unused.transactions,
  }),
  'transaction.state.log.num.partitions': int({
    default: 50,
    atLeast: 1,
    doc: 'How many partitions __transaction_state gets when it is created.',
    unused: unused.transactions,
  }),
  'transaction.state.log.segment.bytes': int({
    default: 104_857_600,
    atLeast: 1,
    doc: 'Size of a segment of __transaction_state.',
    unused: unused.transactions,
  }),
  'transaction.state.log.load.buffer.size': int({
    default: 5_242_880,
    atLeast: 1,
    doc: 'How many bytes are read at a time when a transaction coordinator loads.',
    unused: unused.transactions,
  }),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int({
    default: 10_000,
    atLeast: 1,
    doc: 'How often the coordinator looks for transactions whose time is over.',
    unused: unused.transactions,
  }),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int({
    default: 3_600_000,
    atLeast: 1,
    doc: 'How often the coordinator looks for transactional ids to forget.',
    unused: unused.transactions,
  }),
  'transaction.partition.verification.enable': boolean({
    default: true,
    scope: 'cluster-wide',
    doc: 'Whether a partition asks the coordinator before the first batch of a transaction.',
    unused: unused.transactions,
  }),
  'transaction.two.phase.commit.enable': boolean({
    default: false,
    doc: 'Whether producers may prepare transactions that somebody else decides about.',
    unused: unused.transactions,
  }),
  'add.partitions.to.txn.retry.backoff.ms': int({
    default: 20,
    atLeast: 1,
    doc: 'The pause before a partition asks the coordinator again.',
    unused: unused.transactions,
  }),
  'add.partitions.to.txn.retry.backoff.max.ms': int({
    default: 100,
    atLeast: 0,
    doc: 'The longest such pause.',
    unused: unused.transactions,
  }),
}
