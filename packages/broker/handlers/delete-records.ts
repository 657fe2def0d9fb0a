import { KafkaError } from '@odradek/protocol'
import { DeleteRecords } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { Handler } from '../handler.ts'
import type { Replicas } from '../replication/replicas.ts'

type Request = RequestOf<typeof DeleteRecords>
type Response = ResponseDraft<typeof DeleteRecords>

/** Raises the log start of partitions. What is answered stays deleted, also after a crash. */
export const deleteRecords = (replicas: Replicas): Handler<Request, Response> =>
  handler(DeleteRecords, (request) => deleteAll(replicas, request), {
    failed: ({ topics }, errorCode) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, lowWatermark: -1, errorCode })),
      })),
    }),
  })

async function deleteAll(replicas: Replicas, request: Request): Promise<Response> {
  return {
    topics: await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(async ({ partitionIndex, offset }) => {
            try {
              return { partitionIndex, lowWatermark: await deleteBefore(name, partitionIndex, offset), errorCode: 0 }
            } catch (error) {
              return { partitionIndex, lowWatermark: -1, errorCode: replicas.asKafkaError(error, 'delete records').wireCode }
            }
          }),
        ),
      })),
    ),
  }

  async function deleteBefore(topicName: string, partitionIndex: number, offset: number): Promise<number> {
    if (replicas.topic(topicName)?.internal === true) throw new KafkaError('INVALID_TOPIC_EXCEPTION')
    const partition = replicas.require(topicName, partitionIndex)
    partition.requireLeader()
    if (!partition.deletesRecords)
      throw new KafkaError('POLICY_VIOLATION', 'Records of a topic are deleted only where cleanup.policy has delete.')
    const upTo = offset === highWatermarkOffset ? partition.highWatermark : offset
    if (upTo < 0 || upTo > partition.highWatermark) throw new KafkaError('OFFSET_OUT_OF_RANGE')
    await partition.deleteRecordsBefore(upTo)
    return partition.log.startOffset
  }
}

/** The offset that means all records that can be read. */
const highWatermarkOffset = -1
