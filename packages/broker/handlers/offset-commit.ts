import type { GroupCoordinator } from '@odradek/coordinator'
import type { MetadataService, TopicImage } from '@odradek/metadata'
import { errorCode } from '@odradek/protocol'
import { OffsetCommit } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { RequestContext } from '../handler.ts'
import { groupContext } from './group-context.ts'

type Request = RequestOf<typeof OffsetCommit>
type Topic = Request['topics'][number]
type Response = ResponseDraft<typeof OffsetCommit>

/** A group remembers how far it has read, in partitions that there are. */
export const offsetCommit = (groups: GroupCoordinator, metadata: Pick<MetadataService, 'image'>) =>
  handler(OffsetCommit, (request, context) => commit(groups, metadata, request, context), {
    overlaps: true,
    failed: ({ topics }, code) => ({ topics: topics.map((topic) => answered(topic, () => code)) }),
  })

async function commit(
  groups: GroupCoordinator,
  { image }: Pick<MetadataService, 'image'>,
  request: Request,
  context: RequestContext,
): Promise<Response> {
  const byId = context.apiVersion >= 10
  const known = request.topics.flatMap((topic) => {
    const found = byId ? image.topics.byId(topic.topicId) : image.topics.byName(topic.name)
    return found === undefined ? [] : [{ topic, found, existing: existing(topic, found) }]
  })
  const wanted = known.flatMap(({ existing: topic }) => (topic.partitions.length === 0 ? [] : [topic]))
  const committed = wanted.length === 0 ? [] : (await groups.commitOffsets({ ...request, topics: wanted }, groupContext(context))).topics
  const codes = new Map(
    committed.map(({ partitions }, index) => [wanted[index], new Map(partitions.map((each) => [each.partitionIndex, each.errorCode]))]),
  )

  return {
    topics: request.topics.map((topic) => {
      const place = known.find((each) => each.topic === topic)
      if (place === undefined) return answered(topic, () => errorCode(byId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'))
      return answered(topic, (partition) => codes.get(place.existing)?.get(partition) ?? errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
    }),
  }
}

/** What of the request is about partitions that exist, under the name and the id that the topic has. */
function existing(topic: Topic, { name, id, partitions }: TopicImage): Topic {
  return { name, topicId: id, partitions: topic.partitions.filter(({ partitionIndex }) => partitions[partitionIndex] !== undefined) }
}

function answered({ name, topicId, partitions }: Topic, codeOf: (partition: number) => number): Response['topics'][number] {
  return { name, topicId, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: codeOf(partitionIndex) })) }
}
