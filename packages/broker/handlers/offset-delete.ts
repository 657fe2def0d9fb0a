import type { GroupCoordinator } from '@odradek/coordinator'
import type { MetadataService } from '@odradek/metadata'
import { errorCode } from '@odradek/protocol'
import { OffsetDelete } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'

type Request = RequestOf<typeof OffsetDelete>
type Response = ResponseDraft<typeof OffsetDelete>

/** Deletes committed offsets that nobody in the group uses. */
export const offsetDelete = (groups: GroupCoordinator, metadata: Pick<MetadataService, 'image'>) =>
  handler(OffsetDelete, (request) => deleteOffsets(groups, metadata, request))

async function deleteOffsets(groups: GroupCoordinator, { image }: Pick<MetadataService, 'image'>, request: Request): Promise<Response> {
  const wanted = request.topics.flatMap(({ name, partitions }) => {
    const found = image.topics.byName(name)
    const existing = partitions.filter(({ partitionIndex }) => found?.partitions[partitionIndex] !== undefined)
    return existing.length === 0 ? [] : [{ name, partitions: existing }]
  })
  const answer = await groups.deleteOffsets({ ...request, topics: wanted })
  if (answer.errorCode !== 0) return answer
  const codes = new Map(
    answer.topics.map(({ name, partitions }) => [name, new Map(partitions.map((each) => [each.partitionIndex, each.errorCode]))]),
  )
  return {
    errorCode: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: codes.get(name)?.get(partitionIndex) ?? errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
      })),
    })),
  }
}
