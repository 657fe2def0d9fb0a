import type { GroupCoordinator } from '@odradek/coordinator'
import { Heartbeat } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'

/** A member is alive. */
export const heartbeat = (groups: GroupCoordinator) => handler(Heartbeat, (request) => groups.heartbeat(request))
