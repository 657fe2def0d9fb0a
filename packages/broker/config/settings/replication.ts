import { boolean, int, long, string } from '@odradek/common/config'
import { unused } from './unused.ts'

/** How followers keep up with leaders. */
export const replicationConfig = {
  'num.replica.fetchers': int({
    default: 1,
    atLeast: 1,
    scope: 'cluster-wide',
    doc: 'How many fetches a follower keeps going to each leader broker.',
    unused: unused.oneBroker,
  }),
  'replica.fetch.min.bytes': int({
    default: 1,
    doc: 'How many bytes a leader should have before it answers a follower.',
    unused: unused.oneBroker,
  }),
  'replica.fetch.max.bytes': int({
    default: 1_048_576,
    atLeast: 0,
    doc: 'How many bytes of one partition a follower asks for. A larger batch comes nevertheless.',
    unused: unused.oneBroker,
  }),
  'replica.fetch.response.max.bytes': int({
    default: 10_485_760,
    atLeast: 0,
    doc: 'How many bytes a follower asks for in all.',
    unused: unused.oneBroker,
  }),
  'replica.fetch.wait.max.ms': int({
    default: 500,
    doc: 'How long a leader may wait for new records before it answers a follower.',
    unused: unused.oneBroker,
  }),
  'replica.fetch.backoff.ms': int({
    default: 1000,
    atLeast: 0,
    doc: 'How long a follower rests after a failed fetch.',
    unused: unused.oneBroker,
  }),
  'replica.lag.time.max.ms': long({
    default: 30_000,
    doc: 'How long a follower may be behind before it leaves the in-sync replicas.',
    unused: unused.oneBroker,
  }),
  'replica.socket.timeout.ms': int({ default: 30_000, doc: 'How long a follower waits for an answer.', unused: unused.oneBroker }),
  'replica.socket.receive.buffer.bytes': int({ default: 65_536, doc: 'SO_RCVBUF of a connection to a leader.', unused: unused.oneBroker }),
  'replica.selector.class': string({
    default: null,
    doc: 'Who decides from which replica a consumer reads; org.apache.kafka.common.replica.RackAwareReplicaSelector takes one in its rack.',
    unused: unused.oneBroker,
  }),
  'follower.fetch.last.tiered.offset.enable': boolean({
    default: false,
    scope: 'cluster-wide',
    doc: 'Whether a new follower of a tiered topic begins where the local log of the leader begins, instead of fetching everything.',
    unused: unused.tiered,
  }),
}
