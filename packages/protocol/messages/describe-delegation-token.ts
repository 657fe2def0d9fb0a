import { api } from '../schema/api.ts'
import { array, bytes, int16, int32, int64, string, struct } from '../schema/types.ts'

const principal = struct({ principalType: string(), principalName: string() })

/** The delegation tokens of some owners, or, for null, all that may be seen (KIP-48). */
export const DescribeDelegationToken = api({
  key: 41,
  name: 'DescribeDelegationToken',
  versions: [1, 3],
  flexible: 2,
  request: { owners: array(principal, { nullable: 0 }) },
  response: {
    errorCode: int16(),
    tokens: array(
      struct({
        principalType: string(),
        principalName: string(),
        tokenRequesterPrincipalType: string({ since: 3 }),
        tokenRequesterPrincipalName: string({ since: 3 }),
        issueTimestamp: int64(),
        expiryTimestamp: int64(),
        maxTimestamp: int64(),
        tokenId: string(),
        hmac: bytes(),
        renewers: array(principal),
      }),
    ),
    throttleTimeMs: int32({ default: 0 }),
  },
})
