import type { GroupCoordinator } from '@odradek/coordinator'
import { DescribeGroups } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'
import { groupContext } from './group-context.ts'

/** State and members of classic groups. */
export const describeGroups = (groups: GroupCoordinator) =>
  handler(
    DescribeGroups,
    async (request, context) => {
      const { groups: described } = await groups.describeGroups(request, groupContext(context))
      if (!request.includeAuthorizedOperations) return { groups: described }
      return { groups: described.map((group) => (group.errorCode === 0 ? { ...group, authorizedOperations: everything } : group)) }
    },
    {
      failed: (request, errorCode) => ({
        groups: request.groups.map((groupId) => ({ groupId, errorCode, groupState: '', protocolType: '', protocolData: '', members: [] })),
      }),
    },
  )

/** Without authorization everybody may READ (3), DELETE (6), DESCRIBE (8), DESCRIBE_CONFIGS (10) and ALTER_CONFIGS (11) a group. */
const everything = (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11)
