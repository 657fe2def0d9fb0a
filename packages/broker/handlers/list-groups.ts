import type { GroupCoordinator } from '@odradek/coordinator'
import { ListGroups } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'

/** The groups that this broker coordinates. */
export const listGroups = (groups: GroupCoordinator) => handler(ListGroups, (request) => groups.listGroups(request))
