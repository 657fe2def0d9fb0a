import { ZERO_UUID } from '@odradek/common/bytes'
import { errorCode, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import type { CommitAnswer, CommitRequest, DescribedGroup, FetchAnswer, FetchRequest } from './messages.ts'
import type { FetchedGroup, GroupFetch } from './offsets/fetch.ts'

/**
 * Gives an answer, or what `refuse` makes of a Kafka error, since each API has its own place for the code.
 * Whatever else is thrown goes on.
 */
export async function answerOr<Answer>(answer: Promise<Answer>, refuse: (code: ErrorName) => Answer): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof KafkaError) return refuse(error.code)
    throw error
  }
}

/** The code on each partition: the answer has no other place. */
export function commitRefused({ topics }: CommitRequest, code: ErrorName): CommitAnswer {
  return {
    topics: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCode(code) })),
    })),
  }
}

export function describeRefused(groupId: string, code: ErrorName): DescribedGroup {
  return { errorCode: errorCode(code), groupId, groupState: '', protocolType: '', protocolData: '', members: [] }
}

/**
 * Clients before Kafka 3.9 don't expect to hear from OffsetFetch that the coordinator is not available, and give up.
 * They do look for another coordinator when this one says that it is none.
 */
export function fetchError(code: ErrorName): ErrorName {
  return code === 'COORDINATOR_NOT_AVAILABLE' ? 'NOT_COORDINATOR' : code
}

/** What a fetch asks of which group, in whatever form the version has for it. */
export function groupsOf(request: FetchRequest, apiVersion: number): readonly GroupFetch[] {
  if (apiVersion >= 8) return request.groups
  const topics = request.topics?.map(({ name, partitionIndexes }) => ({ name, topicId: ZERO_UUID, partitionIndexes })) ?? null
  return [{ groupId: request.groupId, topics }]
}

/** What groups answer, in the form of the version. Version 1 has no place for a code of the group, so it goes to the partitions. */
export function fetchAnswer(fetched: readonly FetchedGroup[], asked: readonly GroupFetch[], apiVersion: number): FetchAnswer {
  if (apiVersion >= 8) return { topics: [], groups: fetched }
  const [group] = fetched
  if (group === undefined) return { topics: [] }
  if (apiVersion >= 2 || group.errorCode === 0) return { topics: group.topics, errorCode: group.errorCode ?? 0 }
  return {
    topics: (asked[0]?.topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        committedOffset: -1,
        committedLeaderEpoch: -1,
        metadata: '',
        errorCode: group.errorCode ?? 0,
      })),
    })),
  }
}
