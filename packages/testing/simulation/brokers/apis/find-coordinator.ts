import type { SeededRandom } from '@odradek/common/random'
import { errorCode } from '@odradek/protocol'
import { FindCoordinator } from '@odradek/protocol/messages'
import type { World } from '../../world/world.ts'
import { served } from '../call.ts'
import type { Coordinators } from '../coordinators.ts'
import { brokerPort } from '../model-broker.ts'
import type { ModelGroups } from '../model-groups.ts'

/** Which broker coordinates a group or a transactional id; a moment ago, perhaps. */
export const findCoordinator = (coordinators: Coordinators, groups: ModelGroups, world: World, dice: SeededRandom) =>
  served(FindCoordinator, (request, { version, answer }) => {
    const find = (key: string) => {
      const seat = request.keyType === 1 ? coordinators.transactions : groups.seatOf(key)
      const broker = world.strikes('refusedRequest', dice) ? undefined : coordinators.found(seat)
      return broker === undefined
        ? { key, nodeId: -1, host: '', port: -1, errorCode: errorCode('COORDINATOR_NOT_AVAILABLE'), errorMessage: null }
        : { key, nodeId: broker.id, host: broker.host, port: brokerPort, errorCode: 0, errorMessage: null }
    }
    if (version >= 4) return answer({ coordinators: request.coordinatorKeys.map(find) })
    const { key: _, ...found } = find(request.key)
    answer(found)
  })
