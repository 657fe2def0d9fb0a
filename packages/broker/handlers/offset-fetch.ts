import { ZERO_UUID } from '@odradek/common/bytes'
import type { GroupCoordinator } from '@odradek/coordinator'
import type { ClusterImage, MetadataService } from '@odradek/metadata'
import { errorCode } from '@odradek/protocol'
import { OffsetFetch } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { RequestContext } from '../handler.ts'
import { groupContext } from './group-context.ts'

type Request = RequestOf<typeof OffsetFetch>
type GroupRequest = Request['groups'][number]
type TopicRequest = NonNullable<GroupRequest['topics']>[number]
type Response = ResponseDraft<typeof OffsetFetch>
type GroupAnswer = NonNullable<Response['groups']>[number]
type TopicAnswer = GroupAnswer['topics'][number]

/** How far groups have read. */
export const offsetFetch = (groups: GroupCoordinator, metadata: Pick<MetadataService, 'image'>) =>
  handler(OffsetFetch, (request, context) => fetch(groups, metadata, request, context), {
    failed: (request, code, { apiVersion }) =>
      apiVersion >= 8
        ? { groups: request.groups.map(({ groupId }) => ({ groupId, topics: [], errorCode: code })) }
        : { errorCode: code, topics: (request.topics ?? []).map((topic) => withoutOffsets({ ...topic, topicId: ZERO_UUID }, code)) },
  })

async function fetch(
  groups: GroupCoordinator,
  { image }: Pick<MetadataService, 'image'>,
  request: Request,
  context: RequestContext,
): Promise<Response> {
  if (context.apiVersion < 10) return groups.fetchOffsets(request, groupContext(context))
  const answer = await groups.fetchOffsets(named(request, image), groupContext(context))
  return {
    ...answer,
    groups: answer.groups?.map((group, index) => {
      const asked = request.groups[index]?.topics ?? null
      // Offsets of topics that are gone can't be told: there is no id to tell them by.
      if (asked === null) return { ...group, topics: group.topics.filter(({ topicId }) => topicId !== ZERO_UUID) }
      const unknown = asked.filter(({ topicId }) => image.topics.byId(topicId) === undefined)
      return group.errorCode === 0
        ? { ...group, topics: [...group.topics, ...unknown.map((topic) => withoutOffsets(topic, unknownTopicId))] }
        : group
    }),
  }
}

/** From version 10 clients know topics by their ids alone; groups know them by name too. Those without one are left out. */
function named(request: Request, image: ClusterImage): Request {
  const withNames = (topics: readonly TopicRequest[]): readonly TopicRequest[] =>
    topics.flatMap((topic) => {
      const name = image.topics.byId(topic.topicId)?.name
      return name === undefined ? [] : [{ ...topic, name }]
    })
  return {
    ...request,
    groups: request.groups.map((group) => ({ ...group, topics: group.topics === null ? null : withNames(group.topics) })),
  }
}

function withoutOffsets({ name, topicId, partitionIndexes }: TopicRequest, code: number): TopicAnswer {
  return {
    name,
    topicId,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      committedLeaderEpoch: -1,
      metadata: '',
      errorCode: code,
    })),
  }
}

const unknownTopicId = errorCode('UNKNOWN_TOPIC_ID')
