import { KafkaError } from '@odradek/protocol'
import type { HeartbeatRequest } from '../messages.ts'
import type { ClassicGroup } from './group.ts'
import { refreshSession } from './sessions.ts'
import type { Turn } from './turn.ts'

/**
 * A member is alive, and learns with REBALANCE_IN_PROGRESS that it must join anew. Throws what ends its membership:
 * UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, and ILLEGAL_GENERATION when the group has gone on without it.
 *
 * While the leader assigns, heartbeats are welcome: clients begin with them as soon as their join is answered.
 */
export function heartbeat(group: ClassicGroup, request: HeartbeatRequest, turn: Turn): 'NONE' | 'REBALANCE_IN_PROGRESS' {
  const member = group.validMember(request.memberId, request.groupInstanceId)
  if (request.generationId !== group.generation) throw new KafkaError('ILLEGAL_GENERATION')
  refreshSession(group, member, turn)
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
}
