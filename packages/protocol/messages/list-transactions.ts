import { api } from '../schema/api.ts'
import { array, int16, int32, int64, string, struct } from '../schema/types.ts'

/** The transactions that this broker coordinates, filtered by state, producer, age and name. */
export const ListTransactions = api({
  key: 66,
  name: 'ListTransactions',
  versions: [0, 2],
  flexible: 0,
  request: {
    stateFilters: array(string()),
    producerIdFilters: array(int64({ sentinel: true })),
    durationFilter: int64({ since: 1, default: -1, sentinel: true }),
    transactionalIdPattern: string({ since: 2, nullable: 2, default: null }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    unknownStateFilters: array(string()),
    transactionStates: array(struct({ transactionalId: string(), producerId: int64(), transactionState: string() })),
  },
})
