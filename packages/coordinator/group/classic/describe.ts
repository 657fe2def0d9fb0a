import type { DescribedGroup, ListedGroup } from '../messages.ts'
import type { ClassicGroup } from './group.ts'
import { metadataOf } from './member.ts'

/** The group as DescribeGroups shows it. What members say of themselves is shown while it counts, in a stable group. */
export function describeGroup(group: ClassicGroup): DescribedGroup {
  const isStable = group.state === 'Stable'
  return {
    errorCode: 0,
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocol ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId ?? null,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: (isStable ? metadataOf(member, group.protocol) : undefined) ?? nothing,
      memberAssignment: member.assignment,
    })),
  }
}

export function listGroup(group: ClassicGroup): ListedGroup {
  return { groupId: group.groupId, protocolType: group.protocolType ?? '', groupState: group.state, groupType: 'classic' }
}

const nothing = Buffer.alloc(0)
