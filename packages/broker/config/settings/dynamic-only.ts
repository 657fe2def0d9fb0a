import { long } from '@odradek/common/config'
import { unused } from './unused.ts'

/** Settings of the broker that are never in a file: the tools that move partitions set them and take them away again. */
export const dynamicOnlyConfig = {
  'leader.replication.throttled.rate': long({
    default: null,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How many bytes a second this broker sends to throttled followers.',
    unused: unused.oneBroker,
  }),
  'follower.replication.throttled.rate': long({
    default: null,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How many bytes a second this broker fetches for throttled replicas.',
    unused: unused.oneBroker,
  }),
  'replica.alter.log.dirs.io.max.bytes.per.second': long({
    default: null,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How many bytes a second are copied between data directories.',
    unused: unused.oneBroker,
  }),
}
