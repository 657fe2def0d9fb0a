import { errorMessage, errorName } from '@odradek/protocol'
import { DescribeProducers } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { Handler } from '../handler.ts'
import type { Replicas } from '../replication/replicas.ts'

type Request = RequestOf<typeof DescribeProducers>
type Response = ResponseDraft<typeof DescribeProducers>
type PartitionResponse = Response['topics'][number]['partitions'][number]

/** Which producers a partition remembers, and where their open transactions begin (KIP-664). */
export const describeProducers = (replicas: Replicas): Handler<Request, Response> =>
  handler(DescribeProducers, (request) => responseOf(request, (topic, index) => describe(replicas, topic, index)), {
    failed: (request, code) => responseOf(request, (_topic, index) => failed(index, code)),
  })

function describe(replicas: Replicas, topic: string, partitionIndex: number): PartitionResponse {
  try {
    const partition = replicas.require(topic, partitionIndex)
    partition.requireLeader()
    const activeProducers = partition.log.producers().map((producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: producer.lastTimestamp,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTxnStartOffset: producer.currentTransactionStartOffset,
    }))
    return { partitionIndex, errorCode: 0, errorMessage: null, activeProducers }
  } catch (error) {
    return failed(partitionIndex, replicas.asKafkaError(error, 'describe producers').wireCode)
  }
}

function failed(partitionIndex: number, errorCode: number): PartitionResponse {
  return { partitionIndex, errorCode, errorMessage: errorMessage(errorName(errorCode)), activeProducers: [] }
}

function responseOf({ topics }: Request, answer: (topic: string, partition: number) => PartitionResponse): Response {
  return {
    topics: topics.map(({ name, partitionIndexes }) => ({ name, partitions: partitionIndexes.map((index) => answer(name, index)) })),
  }
}
