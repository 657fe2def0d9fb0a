import { Buffer } from 'node:buffer'
import { ZERO_UUID } from '@odradek/common/bytes'
import { entryType, GroupMetadataEntry, LegacyOffsetCommitEntry, OffsetCommitEntry } from '@odradek/protocol/entries'
import type { CoordinatorEntry } from '../runtime/coordinator-log.ts'
import type { EntryFormat } from '../runtime/shard.ts'
import type { CommittedOffset, GroupMetadata, GroupRecord } from './group-record.ts'

/**
 * Groups and offsets as Kafka writes them, so that its tools read our topic and we read its.
 *
 * An offset is written in version 4, whose tagged fields older readers skip; one with a retention of its own in version 1,
 * the only one that has a place for it.
 */
export const groupRecordFormat: EntryFormat<GroupRecord> = {
  encode(record): CoordinatorEntry {
    if (record.kind === 'group-metadata') {
      return {
        key: GroupMetadataEntry.encodeKey({ group: record.groupId }),
        value: record.value === null ? null : GroupMetadataEntry.encodeValue(record.value),
      }
    }
    const { groupId: group, topic, partition, value } = record
    return { key: OffsetCommitEntry.encodeKey({ group, topic, partition }), value: value === null ? null : encodeOffset(value) }
  },

  decode(key, value): GroupRecord | undefined {
    switch (entryType(key)) {
      case OffsetCommitEntry.type: {
        const { group: groupId, topic, partition } = OffsetCommitEntry.decodeKey(key)
        return { kind: 'offset-commit', groupId, topic, partition, value: value === null ? null : decodeOffset(value) }
      }
      case LegacyOffsetCommitEntry.type: {
        const { group: groupId, topic, partition } = LegacyOffsetCommitEntry.decodeKey(key)
        return { kind: 'offset-commit', groupId, topic, partition, value: value === null ? null : decodeLegacyOffset(value) }
      }
      case GroupMetadataEntry.type:
        return {
          kind: 'group-metadata',
          groupId: GroupMetadataEntry.decodeKey(key).group,
          value: value === null ? null : decodeGroup(value),
        }
      default:
        return undefined
    }
  },
}

function encodeOffset({ offset, leaderEpoch, metadata, committedAtMs, expiresAtMs, topicId }: CommittedOffset): Buffer {
  const fields = { offset, leaderEpoch, metadata, commitTimestamp: committedAtMs, expireTimestamp: expiresAtMs, topicId }
  return OffsetCommitEntry.encodeValue(fields, expiresAtMs < 0 ? OffsetCommitEntry.written : 1)
}

function decodeOffset(value: Buffer): CommittedOffset {
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } = OffsetCommitEntry.decodeValue(value)
  return { offset, leaderEpoch, metadata, committedAtMs: commitTimestamp, expiresAtMs: expireTimestamp, topicId }
}

function decodeLegacyOffset(value: Buffer): CommittedOffset {
  const { offset, metadata, commitTimestamp } = LegacyOffsetCommitEntry.decodeValue(value)
  return { offset, leaderEpoch: -1, metadata, committedAtMs: commitTimestamp, expiresAtMs: -1, topicId: ZERO_UUID }
}

/** What members say of themselves outlives the buffer that it was read into, so it is copied. */
function decodeGroup(value: Buffer): GroupMetadata {
  const { protocolType, generation, protocol, leader, currentStateTimestamp, members } = GroupMetadataEntry.decodeValue(value)
  return {
    protocolType,
    generation,
    protocol,
    leader,
    currentStateTimestamp,
    members: members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeout,
      sessionTimeout: member.sessionTimeout,
      subscription: Buffer.from(member.subscription),
      assignment: Buffer.from(member.assignment),
    })),
  }
}
