import { api } from '../schema/api.ts'
import { array, bytes, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** Sets or removes SCRAM credentials: mechanism 1 is SCRAM-SHA-256, 2 SCRAM-SHA-512. */
export const AlterUserScramCredentials = api({
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  request: {
    deletions: array(struct({ name: string(), mechanism: int8() })),
    upsertions: array(struct({ name: string(), mechanism: int8(), iterations: int32(), salt: bytes(), saltedPassword: bytes() })),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array(struct({ user: string(), errorCode: int16(), errorMessage: errorText({ nullable: 0, default: null }) })),
  },
})
