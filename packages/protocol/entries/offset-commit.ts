import { int32, int64, int64Exact, string, uuid } from '../schema/types.ts'
import { entry } from './entry.ts'

/**
 * How far a group has read a partition.
 *
 * Version 1 is written where the commit asked for a retention of its own, 4 otherwise.
 */
export const OffsetCommitEntry = entry({
  type: 1,
  name: 'OffsetCommit',
  key: { group: string(), topic: string(), partition: int32() },
  versions: [0, 4],
  flexible: 4,
  written: 4,
  value: {
    offset: int64Exact(),
    leaderEpoch: int32({ since: 3, default: -1, ignorable: true }),
    metadata: string(),
    commitTimestamp: int64({ sentinel: true }),
    expireTimestamp: int64({ since: 1, until: 1, default: -1, ignorable: true, sentinel: true }),
    topicId: uuid({ since: 4, tag: 0, ignorable: true }),
  },
})

/** The same as Kafka wrote it before 0.8.2, and as it may still lie in an old directory. */
export const LegacyOffsetCommitEntry = entry({
  type: 0,
  name: 'LegacyOffsetCommit',
  key: { group: string(), topic: string(), partition: int32() },
  versions: [0, 0],
  written: 0,
  value: { offset: int64Exact(), metadata: string(), commitTimestamp: int64({ sentinel: true }) },
})
