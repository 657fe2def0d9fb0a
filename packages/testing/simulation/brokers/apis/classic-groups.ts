import type { SeededRandom } from '@odradek/common/random'
import type { GroupContext } from '@odradek/coordinator'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { Heartbeat, JoinGroup, LeaveGroup, SyncGroup } from '@odradek/protocol/messages'
import { pick } from '../../world/pick.ts'
import type { World } from '../../world/world.ts'
import { served } from '../call.ts'
import type { Call } from '../call.ts'
import type { Coordinators } from '../coordinators.ts'
import type { ModelGroups } from '../model-groups.ts'

const refusals: readonly ErrorName[] = ['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS']

export function contextOf({ version, clientId }: Pick<Call<never>, 'version' | 'clientId'>): GroupContext {
  return { apiVersion: version, clientId, clientHost: '/10.9.0.1' }
}

/** Classic groups, as the real coordinator runs them. */
export function classicGroups(coordinators: Coordinators, groups: ModelGroups, world: World, dice: SeededRandom) {
  /** What keeps this broker from asking its coordinator. */
  const refusal = (groupId: string, call: Pick<Call<never>, 'broker'>): ErrorName | undefined =>
    coordinators.error(groups.seatOf(groupId), call.broker) ?? (world.strikes('refusedRequest', dice) ? pick(refusals, dice) : undefined)

  return [
    served(JoinGroup, (request, call) => {
      const refused = refusal(request.groupId, call)
      const none = { protocolName: call.version < 7 ? '' : null, leader: '', memberId: request.memberId, members: [] }
      if (refused !== undefined) return call.answer({ throttleTimeMs: 0, errorCode: errorCode(refused), ...none })
      void groups
        .on(call.broker)
        .joinGroup(request, contextOf(call))
        .then((answer) => {
          const protocolName = call.version < 7 ? (answer.protocolName ?? '') : answer.protocolName === '' ? null : answer.protocolName
          if (answer.errorCode === 0) world.sometimes('joined a classic group')
          call.answer({ throttleTimeMs: 0, ...answer, protocolName })
        })
    }),
    served(SyncGroup, (request, call) => {
      const refused = refusal(request.groupId, call)
      if (refused !== undefined) return call.answer({ throttleTimeMs: 0, errorCode: errorCode(refused), assignment: new Uint8Array() })
      void groups
        .on(call.broker)
        .syncGroup(request, contextOf(call))
        .then((answer) => call.answer({ throttleTimeMs: 0, ...answer }))
    }),
    served(Heartbeat, (request, call) => {
      const refused = refusal(request.groupId, call)
      if (refused !== undefined) return call.answer({ throttleTimeMs: 0, errorCode: errorCode(refused) })
      void groups
        .on(call.broker)
        .heartbeat(request)
        .then((answer) => call.answer({ throttleTimeMs: 0, ...answer }))
    }),
    served(LeaveGroup, (request, call) => {
      const refused = refusal(request.groupId, call)
      if (refused !== undefined) return call.answer({ throttleTimeMs: 0, errorCode: errorCode(refused) })
      void groups
        .on(call.broker)
        .leaveGroup(request, contextOf(call))
        .then((answer) => {
          world.sometimes('left a classic group')
          call.answer({ throttleTimeMs: 0, ...answer })
        })
    }),
  ]
}
