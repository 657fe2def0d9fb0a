import { api } from '../schema/api.ts'
import { array, bool, int16, int32, int64, string, struct } from '../schema/types.ts'

const topic = struct({ name: string(), partitions: array(int32()) })

const topicResult = struct({
  name: string(),
  resultsByPartition: array(struct({ partitionIndex: int32(), partitionErrorCode: int16() })),
})

/** Tells the transaction coordinator which partitions a transaction writes to. Versions 4 and 5 carry many transactions, and are for brokers. */
export const AddPartitionsToTxn = api({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: [0, 5],
  flexible: 3,
  request: {
    transactions: array(
      struct({
        transactionalId: string({ since: 4 }),
        producerId: int64({ since: 4 }),
        producerEpoch: int16({ since: 4 }),
        verifyOnly: bool({ since: 4, default: false }),
        topics: array(topic, { since: 4 }),
      }),
      { since: 4, default: [] },
    ),
    v3AndBelowTransactionalId: string({ until: 3 }),
    v3AndBelowProducerId: int64({ until: 3 }),
    v3AndBelowProducerEpoch: int16({ until: 3 }),
    v3AndBelowTopics: array(topic, { until: 3 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 4, ignorable: true }),
    resultsByTransaction: array(struct({ transactionalId: string({ since: 4 }), topicResults: array(topicResult, { since: 4 }) }), {
      since: 4,
      default: [],
    }),
    resultsByTopicV3AndBelow: array(topicResult, { until: 3 }),
  },
})
