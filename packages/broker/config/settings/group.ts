import { boolean, enumOf, int, string } from '@odradek/common/config'
import { unused } from './unused.ts'

/** Settings of one group. A setting of the broker gives the default. */
export const groupConfig = {
  'consumer.session.timeout.ms': int({
    default: 45_000,
    atLeast: 1,
    broker: 'group.consumer.session.timeout.ms',
    doc: 'After what silence a member is taken for dead.',
    unused: unused.consumerProtocol,
  }),
  'consumer.heartbeat.interval.ms': int({
    default: 5000,
    atLeast: 1,
    broker: 'group.consumer.heartbeat.interval.ms',
    doc: 'How often members send heartbeats.',
    unused: unused.consumerProtocol,
  }),
  'consumer.assignment.interval.ms': int({
    default: 1000,
    atLeast: 0,
    broker: 'group.consumer.assignment.interval.ms',
    doc: 'How much time lies between two computations of an assignment.',
    unused: unused.consumerProtocol,
  }),
  'share.session.timeout.ms': int({
    default: 45_000,
    atLeast: 1,
    broker: 'group.share.session.timeout.ms',
    doc: 'After what silence a member of a share group is taken for dead.',
    unused: unused.shareGroups,
  }),
  'share.heartbeat.interval.ms': int({
    default: 5000,
    atLeast: 1,
    broker: 'group.share.heartbeat.interval.ms',
    doc: 'How often members of a share group send heartbeats.',
    unused: unused.shareGroups,
  }),
  'share.assignment.interval.ms': int({
    default: 1000,
    atLeast: 0,
    broker: 'group.share.assignment.interval.ms',
    doc: 'How much time lies between two computations of an assignment of a share group.',
    unused: unused.shareGroups,
  }),
  'share.auto.offset.reset': string({
    default: 'latest',
    valid: '[latest, earliest, by_duration:PnDTnHnMn.nS]',
    check: durationOrEnd,
    doc: 'Where a share group begins that has not read a partition before.',
    unused: unused.shareGroups,
  }),
  'share.isolation.level': enumOf(['read_committed', 'read_uncommitted'], {
    default: 'read_uncommitted',
    doc: 'Whether a share group sees records of transactions that are open or were aborted.',
    unused: unused.shareGroups,
  }),
  'share.record.lock.duration.ms': int({
    default: 30_000,
    atLeast: 1000,
    broker: 'group.share.record.lock.duration.ms',
    doc: 'How long a member may work on a record before it is given to another.',
    unused: unused.shareGroups,
  }),
  'share.delivery.count.limit': int({
    default: 5,
    atLeast: 2,
    broker: 'group.share.delivery.count.limit',
    doc: 'How often a record is delivered before it is given up.',
    unused: unused.shareGroups,
  }),
  'share.partition.max.record.locks': int({
    default: 2000,
    atLeast: 100,
    broker: 'group.share.partition.max.record.locks',
    doc: 'How many records of a partition may be in the hands of members at the same time.',
    unused: unused.shareGroups,
  }),
  'share.renew.acknowledge.enable': boolean({
    default: true,
    doc: 'Whether a member may prolong its time for a record.',
    unused: unused.shareGroups,
  }),
  'streams.session.timeout.ms': int({
    default: 45_000,
    atLeast: 1,
    broker: 'group.streams.session.timeout.ms',
    doc: 'After what silence a member of a streams group is taken for dead.',
    unused: unused.streamsGroups,
  }),
  'streams.heartbeat.interval.ms': int({
    default: 5000,
    atLeast: 1,
    broker: 'group.streams.heartbeat.interval.ms',
    doc: 'How often members of a streams group send heartbeats.',
    unused: unused.streamsGroups,
  }),
  'streams.assignment.interval.ms': int({
    default: 1000,
    atLeast: 0,
    broker: 'group.streams.assignment.interval.ms',
    doc: 'How much time lies between two computations of an assignment of a streams group.',
    unused: unused.streamsGroups,
  }),
  'streams.initial.rebalance.delay.ms': int({
    default: 3000,
    atLeast: 0,
    broker: 'group.streams.initial.rebalance.delay.ms',
    doc: 'How long an empty streams group waits for more members.',
    unused: unused.streamsGroups,
  }),
  'streams.num.standby.replicas': int({
    default: 0,
    atLeast: 0,
    broker: 'group.streams.num.standby.replicas',
    doc: 'How many copies of its state a task has beside the active one.',
    unused: unused.streamsGroups,
  }),
}

function durationOrEnd(text: string): string | undefined {
  const duration = /^by_duration:P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/i
  if (/^(latest|earliest)$/i.test(text) || duration.test(text)) return undefined
  return "The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'."
}
