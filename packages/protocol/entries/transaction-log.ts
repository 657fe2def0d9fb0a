import { array, int16, int32, int64Exact, int8, string, struct } from '../schema/types.ts'
import { entry } from './entry.ts'

/** Where a transactional id stands: what its producer is called, and what its transaction has touched. */
export const TransactionLogEntry = entry({
  type: 0,
  name: 'TransactionLog',
  key: { transactionalId: string() },
  versions: [0, 1],
  flexible: 1,
  written: 1,
  value: {
    producerId: int64Exact(),
    previousProducerId: int64Exact({ since: 1, tag: 0, default: -1 }),
    nextProducerId: int64Exact({ since: 1, tag: 1, default: -1 }),
    producerEpoch: int16(),
    nextProducerEpoch: int16({ since: 1, tag: 3, default: -1 }),
    transactionTimeoutMs: int32(),
    /** 0 Empty, 1 Ongoing, 2 PrepareCommit, 3 PrepareAbort, 4 CompleteCommit, 5 CompleteAbort, 6 Dead, 7 PrepareEpochFence. */
    transactionStatus: int8(),
    transactionPartitions: array(struct({ topic: string(), partitionIds: array(int32()) }), { nullable: 0 }),
    transactionLastUpdateTimestampMs: int64Exact(),
    transactionStartTimestampMs: int64Exact(),
    clientTransactionVersion: int16({ since: 1, tag: 2, default: 0 }),
  },
})
