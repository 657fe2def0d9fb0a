import { ZERO_UUID } from '@odradek/common/bytes'
import type { SeededRandom } from '@odradek/common/random'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { OffsetCommit, OffsetFetch } from '@odradek/protocol/messages'
import type { RequestOf } from '@odradek/protocol/schema'
import { pick } from '../../world/pick.ts'
import type { World } from '../../world/world.ts'
import { served } from '../call.ts'
import type { Call } from '../call.ts'
import type { Coordinators } from '../coordinators.ts'
import type { ModelCluster } from '../model-cluster.ts'
import type { ModelGroups } from '../model-groups.ts'
import { contextOf } from './classic-groups.ts'

type CommitRequest = RequestOf<typeof OffsetCommit>
type FetchRequest = RequestOf<typeof OffsetFetch>

const commitRefusals: readonly ErrorName[] = [
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'REQUEST_TIMED_OUT',
  'UNKNOWN_TOPIC_OR_PARTITION',
]
const fetchRefusals: readonly ErrorName[] = ['NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE']

/** What one group is asked for, in whatever form the version has for it. */
interface Asked {
  readonly groupId: string
  readonly memberId: string | null
  readonly memberEpoch: number
  readonly topics: readonly { readonly name: string; readonly topicId: string; readonly partitionIndexes: readonly number[] }[] | null
}

/** Commits and reads of committed offsets: whether they are allowed says the coordinator, what is committed the model. */
export function groupOffsets(cluster: ModelCluster, coordinators: Coordinators, groups: ModelGroups, world: World, dice: SeededRandom) {
  const nameOf = (name: string, topicId: string): string => (topicId === ZERO_UUID ? name : (cluster.topicsById.get(topicId)?.name ?? ''))

  const commit = served(OffsetCommit, (request, call) => {
    const answerAll = (error: ErrorName): void => {
      world.note('commit', request.groupId, error)
      call.answer({
        throttleTimeMs: 0,
        topics: request.topics.map(({ name, topicId, partitions }) => ({
          name,
          topicId,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCode(error) })),
        })),
      })
    }
    const refused = coordinators.error(groups.seatOf(request.groupId), call.broker)
    if (refused !== undefined) return answerAll(refused)
    if (world.strikes('refusedRequest', dice)) return answerAll(pick(commitRefusals, dice))
    if (call.isLate && goesBack(request)) {
      // Kafka has nothing against it; the client has no part in it.
      world.sometimes('dropped a commit of the past')
      return answerAll('REQUEST_TIMED_OUT')
    }
    const group = groups.consumerGroups.get(request.groupId)
    if (group !== undefined && request.generationIdOrMemberEpoch >= 0) {
      const error = group.memberError(request.memberId, request.generationIdOrMemberEpoch)
      if (error !== undefined) return answerAll(error)
      return void groups.write(offsetsOf(request, nameOf)).then(
        () => answerAll('NONE'),
        () => answerAll('NOT_COORDINATOR'),
      )
    }
    const named = request.topics.map((topic) => ({ ...topic, name: nameOf(topic.name, topic.topicId), topicId: ZERO_UUID }))
    void groups
      .on(call.broker)
      .commitOffsets({ ...request, topics: named }, contextOf(call))
      .then(({ topics }) => {
        const code = topics[0]?.partitions[0]?.errorCode ?? 0
        world.note('commit', request.groupId, request.generationIdOrMemberEpoch, code)
        call.answer({
          throttleTimeMs: 0,
          topics: topics.map((topic, index) => ({ ...topic, topicId: request.topics[index]?.topicId ?? ZERO_UUID })),
        })
      })
  })

  const fetch = served(OffsetFetch, (request, call) => {
    const asked = askedOf(request, call.version)
    void Promise.all(asked.map((one) => fetchOne(one, request, call))).then((answers) => {
      if (call.version >= 8) return call.answer({ throttleTimeMs: 0, topics: [], groups: answers })
      const [first] = answers
      call.answer({ throttleTimeMs: 0, topics: first?.topics ?? [], errorCode: first?.errorCode ?? 0 })
    })
  })

  async function fetchOne(asked: Asked, request: FetchRequest, call: Pick<Call<never>, 'broker' | 'version' | 'clientId'>) {
    const failed = (error: ErrorName) => {
      world.note('refuse offsets', asked.groupId, error)
      world.sometimes('refused to tell committed offsets')
      return { groupId: asked.groupId, topics: [], errorCode: errorCode(error) }
    }
    const refused = coordinators.error(groups.seatOf(asked.groupId), call.broker)
    if (refused !== undefined) return failed(refused)
    if (world.strikes('refusedRequest', dice)) return failed(pick(fetchRefusals, dice))
    const group = groups.consumerGroups.get(asked.groupId)
    if (group !== undefined && asked.memberId !== null && asked.memberEpoch >= 0) {
      const error = group.memberError(asked.memberId, asked.memberEpoch)
      if (error !== undefined) return failed(error)
    }
    // The real coordinator says when all that was written before is committed, or that it can't be asked.
    const topics = asked.topics?.map((topic) => ({ ...topic, name: nameOf(topic.name, topic.topicId), topicId: ZERO_UUID })) ?? null
    const wanted = { groupId: asked.groupId, memberId: null, memberEpoch: -1, topics }
    const allowed = await groups
      .on(call.broker)
      .fetchOffsets({ ...request, groups: [wanted], groupId: '', topics: [] }, { ...contextOf(call), apiVersion: 9 })
    const code = allowed.groups?.[0]?.errorCode ?? 0
    if (code !== 0) return { groupId: asked.groupId, topics: [], errorCode: code }
    // Offsets of transactions and of the new protocol were written beside it.
    if (
      request.requireStable &&
      !(await groups.settled(asked.groupId).then(
        () => true,
        () => false,
      ))
    )
      return failed('NOT_COORDINATOR')
    const all = topics ?? [...groupByTopic(groups.committed.of(asked.groupId).values())]
    return {
      groupId: asked.groupId,
      errorCode: 0,
      topics: all.map(({ name, partitionIndexes }, index) => ({
        name,
        topicId: asked.topics?.[index]?.topicId ?? cluster.topics.get(name)?.id ?? ZERO_UUID,
        partitions: partitionIndexes.map((partitionIndex) => {
          const isHeld = request.requireStable && groups.committed.isHeld(asked.groupId, name, partitionIndex)
          if (isHeld) world.sometimes('told that an offset is not stable')
          const found = isHeld ? undefined : groups.committed.get(asked.groupId, name, partitionIndex)
          return {
            partitionIndex,
            committedOffset: found?.offset ?? -1,
            committedLeaderEpoch: found?.leaderEpoch ?? -1,
            metadata: found?.metadata ?? '',
            errorCode: isHeld ? errorCode('UNSTABLE_OFFSET_COMMIT') : 0,
          }
        }),
      })),
    }
  }

  function goesBack(request: CommitRequest): boolean {
    return offsetsOf(request, nameOf).some(({ group, topic, partition, offset }) => offset < groups.lastWritten(group, topic, partition))
  }

  return [commit, fetch]
}

function offsetsOf(request: CommitRequest, nameOf: (name: string, topicId: string) => string) {
  return request.topics.flatMap(({ name, topicId, partitions }) =>
    partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => ({
      group: request.groupId,
      topic: nameOf(name, topicId),
      partition: partitionIndex,
      offset: Number(committedOffset),
      leaderEpoch: committedLeaderEpoch,
      metadata: committedMetadata ?? '',
    })),
  )
}

function askedOf(request: FetchRequest, version: number): readonly Asked[] {
  if (version >= 8) return request.groups
  const topics = request.topics?.map(({ name, partitionIndexes }) => ({ name, topicId: ZERO_UUID, partitionIndexes })) ?? null
  return [{ groupId: request.groupId, memberId: null, memberEpoch: -1, topics }]
}

function* groupByTopic(offsets: Iterable<{ readonly topic: string; readonly partition: number }>) {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of offsets) {
    const list = byTopic.get(topic)
    if (list === undefined) byTopic.set(topic, [partition])
    else list.push(partition)
  }
  for (const [name, partitionIndexes] of byTopic) yield { name, topicId: ZERO_UUID, partitionIndexes }
}
