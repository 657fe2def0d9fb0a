import { int, long } from '@odradek/common/config'
import type { ConfigOf } from '@odradek/common/config'

/** Settings of classic groups. */
export const classicGroupConfig = {
  'group.min.session.timeout.ms': int({
    default: 6_000,
    doc: 'Shortest session timeout that a member of a classic group may ask for. Shorter sessions notice a dead consumer earlier, and need more heartbeats.',
  }),
  'group.max.session.timeout.ms': int({
    default: 1_800_000,
    doc: 'Longest session timeout that a member of a classic group may ask for. In a long session a consumer has more time between heartbeats, and is missed later when it dies.',
  }),
  'group.initial.rebalance.delay.ms': int({
    default: 3_000,
    doc: 'How long the first rebalance of an empty classic group waits for more members, and again as long whenever one has come. With 0 a single consumer begins at once, and consumers that start together rebalance once each.',
  }),
  'group.max.size': int({
    default: 10_000,
    kafkaDefault: '2147483647',
    atLeast: 1,
    doc: 'How many members a classic group may have. Who comes beyond that gets GROUP_MAX_SIZE_REACHED.',
  }),
  'group.members.max.bytes': long({
    default: -1,
    isOurs: true,
    doc:
      'How many bytes the members of all classic groups of the broker may hold together: what they say of themselves when they join, what they are assigned, ' +
      'and about a kibibyte for each of them. Who would need more gets GROUP_MAX_SIZE_REACHED. -1: a sixteenth of the memory, but not less than 64 MiB nor more than 256 MiB.',
  }),
}

/** Settings of committed offsets. */
export const committedOffsetsConfig = {
  'offset.metadata.max.bytes': int({
    default: 4_096,
    doc: 'Longest text that a consumer may store with a committed offset, in characters.',
  }),
  'offsets.retention.minutes': int({
    default: 10_080,
    atLeast: 1,
    doc: 'How long committed offsets are kept after a group has lost its last member; of a group without members since the commit, of topics that a group of consumers no longer subscribes since the commit. Deleting the group or the topic forgets them at once.',
  }),
  'offsets.retention.check.interval.ms': long({
    default: 600_000,
    atLeast: 1,
    doc: 'How often committed offsets are looked through for expired ones.',
  }),
  'offsets.commit.timeout.ms': int({
    default: 5_000,
    atLeast: 1,
    doc: 'How long a request to a group waits until what it changed is stored on all in-sync replicas of __consumer_offsets. After that it fails, though the change may still take effect.',
  }),
}

export type GroupConfig = ConfigOf<typeof classicGroupConfig> & ConfigOf<typeof committedOffsetsConfig>
