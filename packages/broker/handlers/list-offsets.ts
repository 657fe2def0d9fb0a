import { KafkaError } from '@odradek/protocol'
import { ListOffsets } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { Handler, RequestContext } from '../handler.ts'
import type { FetchReader } from '../replication/delayed-fetch.ts'
import { findOffset } from '../replication/offset-lookup.ts'
import type { Replicas } from '../replication/replicas.ts'

type Request = RequestOf<typeof ListOffsets>
type Response = ResponseDraft<typeof ListOffsets>
type PartitionRequest = Request['topics'][number]['partitions'][number]
type TopicResponse = Response['topics'][number]
type PartitionResponse = TopicResponse['partitions'][number]

/** Where a reader may begin: the start, the end, or the first record of a time. */
export const listOffsets = (replicas: Replicas): Handler<Request, Response> =>
  handler(ListOffsets, (request, context) => findAll(replicas, request, context), {
    failed: ({ topics }, code) => ({
      topics: topics.map(({ name, partitions }) => ({ name, partitions: partitions.map((wanted) => failed(wanted, code)) })),
    }),
  })

async function findAll(replicas: Replicas, request: Request, context: RequestContext): Promise<Response> {
  const repeated = repeatedPartitions(request)
  const reader = readerOf(request)
  const topics: TopicResponse[] = []
  for (const { name, partitions } of request.topics) {
    const answers: PartitionResponse[] = []
    // One after the other: a search by time may read from the disk, and a client may ask for thousands.
    for (const wanted of partitions) answers.push(await find(name, wanted))
    topics.push({ name, partitions: answers })
  }
  return { topics }

  async function find(topic: string, wanted: PartitionRequest): Promise<PartitionResponse> {
    try {
      if (repeated.has(`${topic}:${wanted.partitionIndex}`)) throw new KafkaError('INVALID_REQUEST')
      const partition = replicas.require(topic, wanted.partitionIndex)
      partition.requireLeader(wanted.currentLeaderEpoch)
      const found = await findOffset(partition, { timestamp: wanted.timestamp, apiVersion: context.apiVersion, reader })
      // Older versions have no place for the epoch.
      const leaderEpoch = context.apiVersion >= 4 ? found.leaderEpoch : -1
      return { partitionIndex: wanted.partitionIndex, errorCode: 0, timestamp: found.timestamp, offset: found.offset, leaderEpoch }
    } catch (error) {
      return failed(wanted, replicas.asKafkaError(error, 'look up an offset').wireCode)
    }
  }
}

/** A partition that is asked for twice gets no answer but INVALID_REQUEST, both times. */
function repeatedPartitions({ topics }: Request): ReadonlySet<string> {
  const asked = new Set<string>()
  const repeated = new Set<string>()
  for (const { name, partitions } of topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}:${partitionIndex}`
      if (asked.has(key)) repeated.add(key)
      asked.add(key)
    }
  }
  return repeated
}

/** Followers and debugging tools see as far as the log goes; they give a replica id other than −1. */
function readerOf({ replicaId, isolationLevel }: Request): FetchReader {
  if (replicaId !== -1) return 'replica'
  return isolationLevel === 1 ? 'read-committed' : 'read-uncommitted'
}

function failed({ partitionIndex }: PartitionRequest, errorCode: number): PartitionResponse {
  return { partitionIndex, errorCode, timestamp: -1, offset: -1 }
}
