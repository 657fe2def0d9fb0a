import { api } from '../schema/api.ts'
import { array, int16, string } from '../schema/types.ts'

/** The client chooses a SASL mechanism; tokens follow, in version 0 as bare frames, from 1 as SaslAuthenticate. */
export const SaslHandshake = api({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  request: { mechanism: string() },
  response: { errorCode: int16(), mechanisms: array(string()) },
})
