import { Buffer } from 'node:buffer'
import type { SaslMechanism } from './mechanism.ts'
import type { BearerToken } from './token.ts'

/** Presents a token (RFC 7628, KIP-255). `token` is asked for one at each exchange, and may have it at hand. */
export function oauthBearer(token: () => Promise<BearerToken> | BearerToken): SaslMechanism {
  return {
    name: 'OAUTHBEARER',
    begin: async () => {
      const { value, extensions = {} } = await token()
      return {
        first: () =>
          Buffer.from(
            `n,,${pair('auth', `Bearer ${value}`)}${Object.entries(extensions)
              .map(([name, text]) => pair(name, text))
              .join('')}${separator}`,
          ),
        // A broker that refuses a token says why first, and its error comes only after we have taken note.
        next: (answer) => (answer.length === 0 ? undefined : Buffer.from(separator)),
      }
    },
  }
}

const separator = '\u0001'

function pair(name: string, text: string): string {
  return `${separator}${name}=${text}`
}
