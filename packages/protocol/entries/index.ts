import {
  ConsumerGroupCurrentMemberAssignmentEntry,
  ConsumerGroupMemberMetadataEntry,
  ConsumerGroupMetadataEntry,
  ConsumerGroupRegularExpressionEntry,
  ConsumerGroupTargetAssignmentMemberEntry,
  ConsumerGroupTargetAssignmentMetadataEntry,
} from './consumer-group.ts'
import type { Entry } from './entry.ts'
import { GroupMetadataEntry } from './group-metadata.ts'
import { LegacyOffsetCommitEntry, OffsetCommitEntry } from './offset-commit.ts'
import { TransactionLogEntry } from './transaction-log.ts'

export { entryType } from './entry.ts'
export type { Entry, KeyOf, ValueOf } from './entry.ts'
export {
  ConsumerGroupCurrentMemberAssignmentEntry,
  ConsumerGroupMemberMetadataEntry,
  ConsumerGroupMetadataEntry,
  ConsumerGroupRegularExpressionEntry,
  ConsumerGroupTargetAssignmentMemberEntry,
  ConsumerGroupTargetAssignmentMetadataEntry,
  GroupMetadataEntry,
  LegacyOffsetCommitEntry,
  OffsetCommitEntry,
  TransactionLogEntry,
}

/**
 * The records of `__consumer_offsets` that we know, by ascending type. Others are to be skipped: 4 is no longer written,
 * 10 to 15 belong to share groups, 17 and 19 to 23 to streams groups.
 */
export const consumerOffsetsEntries: readonly Entry[] = [
  LegacyOffsetCommitEntry,
  OffsetCommitEntry,
  GroupMetadataEntry,
  ConsumerGroupMetadataEntry,
  ConsumerGroupMemberMetadataEntry,
  ConsumerGroupTargetAssignmentMetadataEntry,
  ConsumerGroupTargetAssignmentMemberEntry,
  ConsumerGroupCurrentMemberAssignmentEntry,
  ConsumerGroupRegularExpressionEntry,
]

/** The records of `__transaction_state`. */
export const transactionStateEntries: readonly Entry[] = [TransactionLogEntry]
