import type { GroupMetadata } from '../group-record.ts'
import { ClassicGroup } from './group.ts'
import type { MemberMemory } from './member-memory.ts'
import { metadataOf } from './member.ts'

/** What of the group is written down: its generation with the members and their assignments. */
export function groupMetadata(group: ClassicGroup): GroupMetadata {
  return {
    protocolType: group.protocolType ?? '',
    generation: group.generation,
    protocol: group.protocol ?? null,
    leader: group.leaderId ?? null,
    currentStateTimestamp: group.stateSinceMs,
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId ?? null,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: metadataOf(member, group.protocol) ?? nothing,
      assignment: member.assignment,
    })),
  }
}

/** The group as it goes on from what was written down: with members it is stable, and their sessions run anew. */
export function restoreGroup(groupId: string, value: GroupMetadata, memory?: MemberMemory): ClassicGroup {
  const group = new ClassicGroup(groupId, value.currentStateTimestamp, memory)
  group.generation = value.generation
  group.protocolType = value.protocolType === '' ? undefined : value.protocolType
  group.protocol = value.protocol ?? undefined
  for (const member of value.members) {
    group.add({
      memberId: member.memberId,
      instanceId: member.groupInstanceId ?? undefined,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // Version 0 of the record had no rebalance timeout.
      rebalanceTimeoutMs: member.rebalanceTimeout < 0 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      protocols: value.protocol === null ? [] : [{ name: value.protocol, metadata: member.subscription }],
      assignment: member.assignment,
      isNew: false,
      joining: undefined,
      syncing: undefined,
    })
  }
  group.leaderId = value.leader ?? undefined
  if (group.size > 0) group.enter('Stable', group.stateSinceMs)
  group.readSubscriptions()
  return group
}

const nothing = Buffer.alloc(0)
