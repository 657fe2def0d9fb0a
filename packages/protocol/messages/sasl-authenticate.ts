import { api } from '../schema/api.ts'
import { bytes, errorText, int16, int64 } from '../schema/types.ts'

/** One step of a SASL exchange. */
export const SaslAuthenticate = api({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexible: 2,
  request: { authBytes: bytes() },
  response: {
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ since: 1, default: 0, ignorable: true, sentinel: true }),
  },
})
