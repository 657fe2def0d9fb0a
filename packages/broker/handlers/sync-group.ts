import type { GroupCoordinator } from '@odradek/coordinator'
import { SyncGroup } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'
import { groupContext } from './group-context.ts'

/** A member asks for its assignment. The answer waits for the leader's. */
export const syncGroup = (groups: GroupCoordinator) =>
  handler(SyncGroup, (request, context) => groups.syncGroup(request, groupContext(context)))
