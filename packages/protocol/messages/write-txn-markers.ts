import { api } from '../schema/api.ts'
import { array, bool, int16, int32, int64, int8, string, struct } from '../schema/types.ts'

/** Writes the end of transactions into the partitions they touched; from the coordinator, or from a tool that aborts a hanging one. */
export const WriteTxnMarkers = api({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: [1, 2],
  flexible: 1,
  request: {
    markers: array(
      struct({
        producerId: int64(),
        producerEpoch: int16(),
        transactionResult: bool(),
        topics: array(struct({ name: string(), partitionIndexes: array(int32()) })),
        coordinatorEpoch: int32(),
        transactionVersion: int8({ since: 2, ignorable: true }),
      }),
    ),
  },
  response: {
    markers: array(
      struct({
        producerId: int64(),
        topics: array(struct({ name: string(), partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })) })),
      }),
    ),
  },
})
