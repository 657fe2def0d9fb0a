import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** Which SCRAM mechanisms users have credentials for; never the credentials. `users: null` asks for all. */
export const DescribeUserScramCredentials = api({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  request: { users: array(struct({ name: string() }), { nullable: 0 }) },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    results: array(
      struct({
        user: string(),
        errorCode: int16(),
        errorMessage: errorText({ nullable: 0, default: null }),
        credentialInfos: array(struct({ mechanism: int8(), iterations: int32() })),
      }),
    ),
  },
})
