import { api } from '../schema/api.ts'
import { int16, int32, int64, string } from '../schema/types.ts'

/** Tells the transaction coordinator that a transaction commits offsets of a group. */
export const AddOffsetsToTxn = api({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [0, 4],
  flexible: 3,
  request: { transactionalId: string(), producerId: int64(), producerEpoch: int16(), groupId: string() },
  response: { throttleTimeMs: int32({ default: 0 }), errorCode: int16() },
})
