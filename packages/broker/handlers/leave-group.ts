import type { GroupCoordinator } from '@odradek/coordinator'
import { LeaveGroup } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'
import { groupContext } from './group-context.ts'

/** Members leave, or are removed by an administrator. */
export const leaveGroup = (groups: GroupCoordinator) =>
  handler(LeaveGroup, (request, context) => groups.leaveGroup(request, groupContext(context)))
