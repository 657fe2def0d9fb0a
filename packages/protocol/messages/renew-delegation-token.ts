import { api } from '../schema/api.ts'
import { bytes, int16, int32, int64 } from '../schema/types.ts'

/** Makes a delegation token live longer, at most to its maximal lifetime (KIP-48). */
export const RenewDelegationToken = api({
  key: 39,
  name: 'RenewDelegationToken',
  versions: [1, 2],
  flexible: 2,
  request: { hmac: bytes(), renewPeriodMs: int64() },
  response: { errorCode: int16(), expiryTimestampMs: int64(), throttleTimeMs: int32({ default: 0 }) },
})
