import { OffsetForLeaderEpoch } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { Handler } from '../handler.ts'
import type { Replicas } from '../replication/replicas.ts'

type Request = RequestOf<typeof OffsetForLeaderEpoch>
type Response = ResponseDraft<typeof OffsetForLeaderEpoch>
type PartitionRequest = Request['topics'][number]['partitions'][number]
type PartitionResponse = Response['topics'][number]['partitions'][number]

/** Where an epoch ended: by it a follower or a consumer sees whether its history is still ours (KIP-101, KIP-320). */
export const offsetForLeaderEpoch = (replicas: Replicas): Handler<Request, Response> =>
  handler(OffsetForLeaderEpoch, (request) => responseOf(request, (topic, wanted) => endOfEpoch(replicas, topic, wanted)), {
    failed: (request, errorCode) =>
      responseOf(request, (_topic, { partition }) => ({ partition, errorCode, leaderEpoch: -1, endOffset: -1 })),
  })

function endOfEpoch(
  replicas: Replicas,
  topic: string,
  { partition: index, currentLeaderEpoch, leaderEpoch }: PartitionRequest,
): PartitionResponse {
  try {
    const partition = replicas.require(topic, index)
    partition.requireLeader(currentLeaderEpoch)
    const end = partition.endOfEpoch(leaderEpoch)
    return { partition: index, errorCode: 0, leaderEpoch: end.epoch, endOffset: end.endOffset }
  } catch (error) {
    return {
      partition: index,
      errorCode: replicas.asKafkaError(error, 'find the end of an epoch').wireCode,
      leaderEpoch: -1,
      endOffset: -1,
    }
  }
}

function responseOf({ topics }: Request, answer: (topic: string, wanted: PartitionRequest) => PartitionResponse): Response {
  return { topics: topics.map(({ topic, partitions }) => ({ topic, partitions: partitions.map((wanted) => answer(topic, wanted)) })) }
}
