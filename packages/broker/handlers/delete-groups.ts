import type { GroupCoordinator } from '@odradek/coordinator'
import { DeleteGroups } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'

/** Deletes groups that have no members, with their offsets. */
export const deleteGroups = (groups: GroupCoordinator) =>
  handler(DeleteGroups, (request) => groups.deleteGroups(request), {
    failed: ({ groupsNames }, errorCode) => ({ results: groupsNames.map((groupId) => ({ groupId, errorCode })) }),
  })
