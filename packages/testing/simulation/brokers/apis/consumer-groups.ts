import type { SeededRandom } from '@odradek/common/random'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { ConsumerGroupHeartbeat } from '@odradek/protocol/messages'
import { pick } from '../../world/pick.ts'
import type { World } from '../../world/world.ts'
import { served } from '../call.ts'
import type { Place } from '../consumer-group.ts'
import type { Coordinators } from '../coordinators.ts'
import type { ModelGroups } from '../model-groups.ts'

const refusals: readonly ErrorName[] = ['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS']
const heartbeatIntervalMs = 500

/** Members of groups of the new protocol (KIP-848). In version 0 the broker chooses the member's id. */
export const consumerGroupHeartbeat = (coordinators: Coordinators, groups: ModelGroups, world: World, dice: SeededRandom) => {
  let made = 0
  return served(ConsumerGroupHeartbeat, (request, { broker, version, answer }) => {
    const error =
      coordinators.error(groups.seatOf(request.groupId), broker) ??
      (world.strikes('refusedRequest', dice) ? pick(refusals, dice) : undefined)
    const memberId = version === 0 && request.memberId === '' ? `member-${++made}` : request.memberId
    const refused = (name: ErrorName): void => {
      world.note('refuse heartbeat', request.groupId, request.memberId, name)
      answer({ throttleTimeMs: 0, errorCode: errorCode(name), memberEpoch: 0, heartbeatIntervalMs: 0 })
    }
    if (error !== undefined) return refused(error)
    const result = groups.consumerGroup(request.groupId).heartbeat({
      memberId,
      memberEpoch: request.memberEpoch,
      instanceId: request.instanceId,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs < 0 ? 10_000 : request.rebalanceTimeoutMs,
      topics: request.subscribedTopicNames,
      owned:
        request.topicPartitions?.flatMap(({ topicId, partitions }) => partitions.map((partition): Place => `${topicId}/${partition}`)) ??
        null,
    })
    if (result.error !== 'NONE') return refused(result.error)
    world.note('assigned', request.groupId, memberId, result.memberEpoch, result.assignment?.length ?? -1)
    answer({
      throttleTimeMs: 0,
      errorCode: 0,
      memberId,
      memberEpoch: result.memberEpoch,
      heartbeatIntervalMs,
      assignment: result.assignment === null ? null : { topicPartitions: byTopic(result.assignment) },
    })
  })
}

function byTopic(places: readonly Place[]) {
  const topics = new Map<string, number[]>()
  for (const place of places) {
    const [topicId = '', partition = '0'] = place.split('/')
    const list = topics.get(topicId)
    if (list === undefined) topics.set(topicId, [Number(partition)])
    else list.push(Number(partition))
  }
  return [...topics].map(([topicId, partitions]) => ({ topicId, partitions }))
}
