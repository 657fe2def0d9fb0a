import { api } from '../schema/api.ts'
import { errorText, int16, int32 } from '../schema/types.ts'

/** Strikes a broker that is gone for good off the cluster's list. */
export const UnregisterBroker = api({
  key: 64,
  name: 'UnregisterBroker',
  versions: [0, 0],
  flexible: 0,
  request: { brokerId: int32() },
  response: { throttleTimeMs: int32({ default: 0 }), errorCode: int16(), errorMessage: errorText({ nullable: 0, default: null }) },
})
