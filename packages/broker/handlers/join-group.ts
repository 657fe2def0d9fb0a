import type { GroupCoordinator } from '@odradek/coordinator'
import { JoinGroup } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'
import { groupContext } from './group-context.ts'

/** A member enters a group. The answer waits for the others. */
export const joinGroup = (groups: GroupCoordinator) =>
  handler(JoinGroup, async (request, context) => {
    const answer = await groups.joinGroup(request, groupContext(context))
    // Before version 7 no protocol is an empty one, afterwards it is null.
    const protocolName = context.apiVersion < 7 ? (answer.protocolName ?? '') : answer.protocolName === '' ? null : answer.protocolName
    return { ...answer, protocolName }
  })
