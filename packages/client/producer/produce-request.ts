import type { Buffer } from 'node:buffer'
import { ZERO_UUID } from '@odradek/common/bytes'
import type { Produce } from '@odradek/protocol/messages'
import type { RequestDraft, ResponseOf } from '@odradek/protocol/schema'
import type { PartitionQueue, TopicHome } from './partition-queue.ts'
import type { ProducerBatch } from './producer-batch.ts'

/** A batch on its way, and the queue that it came from. */
export interface Parcel {
  readonly queue: PartitionQueue
  readonly batch: ProducerBatch
}

export interface ProduceTerms {
  readonly acks: number
  readonly timeoutMs: number
  readonly transactionalId: string | null
}

interface TopicData {
  readonly name: string
  readonly topicId: string
  readonly partitionData: { readonly index: number; readonly records: readonly Buffer[] }[]
}

/** A request with one batch for each of its partitions. Batches are attached where they lie. */
export function produceRequest(
  parcels: readonly Parcel[],
  { acks, timeoutMs, transactionalId }: ProduceTerms,
): RequestDraft<typeof Produce> {
  const topicData: TopicData[] = []
  for (const { queue, batch } of parcels) {
    const { name, topicId } = queue.home
    let topic = topicData.at(-1)
    if (topic?.name !== name) topic = topicData.find((known) => known.name === name)
    if (topic === undefined) {
      topic = { name, topicId, partitionData: [] }
      topicData.push(topic)
    }
    topic.partitionData.push({ index: queue.partition, records: batch.wireBytes() })
  }
  return { acks, timeoutMs, transactionalId, topicData }
}

/** Versions above 12 name topics by their ids only. */
export const lastVersionWithNames = 12

export const haveIds = (parcels: readonly Parcel[]): boolean => parcels.every(({ queue }) => queue.home.topicId !== ZERO_UUID)

type Response = ResponseOf<typeof Produce>
export type PartitionResponse = Response['responses'][number]['partitionResponses'][number]

/** What the answer says about a batch; undefined when it says nothing. */
export function answerFor({ responses }: Response, { home, partition }: PartitionQueue): PartitionResponse | undefined {
  for (const topic of responses) {
    if (!isOf(topic, home)) continue
    for (const said of topic.partitionResponses) if (said.index === partition) return said
  }
  return undefined
}

const isOf = (topic: { readonly name: string; readonly topicId: string }, home: TopicHome): boolean =>
  topic.name === '' ? topic.topicId === home.topicId : topic.name === home.name
