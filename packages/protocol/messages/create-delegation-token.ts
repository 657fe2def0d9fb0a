import { api } from '../schema/api.ts'
import { array, bytes, int16, int32, int64, string, struct } from '../schema/types.ts'

/** Makes a delegation token for the principal asking, or, from version 3 on, for another owner (KIP-48, KIP-373). */
export const CreateDelegationToken = api({
  key: 38,
  name: 'CreateDelegationToken',
  versions: [1, 3],
  flexible: 2,
  request: {
    ownerPrincipalType: string({ since: 3, nullable: 3, default: null }),
    ownerPrincipalName: string({ since: 3, nullable: 3, default: null }),
    renewers: array(struct({ principalType: string(), principalName: string() })),
    maxLifetimeMs: int64(),
  },
  response: {
    errorCode: int16(),
    principalType: string(),
    principalName: string(),
    tokenRequesterPrincipalType: string({ since: 3 }),
    tokenRequesterPrincipalName: string({ since: 3 }),
    issueTimestampMs: int64(),
    expiryTimestampMs: int64(),
    maxTimestampMs: int64(),
    tokenId: string(),
    hmac: bytes(),
    throttleTimeMs: int32({ default: 0 }),
  },
})
