import { Buffer } from 'node:buffer'
import type { SaslExchange, SaslMechanism } from './mechanism.ts'
import type { BearerToken } from './token.ts'

/** Presents a token (RFC 7628, KIP-255). `token` is asked for one at each exchange, and may have it at hand. */
export function oauthBearer(token: () => Promise<BearerToken> | BearerToken): SaslMechanism {
  return {
    name: 'OAUTHBEARER',
    begin: async () => new BearerExchange(await token()),
  }
}

class BearerExchange implements SaslExchange {
  readonly #token: BearerToken
  complaint = ''

  constructor(token: BearerToken) {
    this.#token = token
  }

  first(): Buffer {
    const { value, extensions = {} } = this.#token
    return Buffer.from(`n,,${separator}${pairs({ auth: `Bearer ${value}`, ...extensions })}${separator}`)
  }

  next(answer: Buffer): Buffer | undefined {
    if (answer.length === 0) return undefined
    // A broker that refuses a token says why first, and its error comes only after we have taken note.
    this.complaint = answer.toString()
    return Buffer.from(separator)
  }
}

const separator = '\u0001'

function pairs(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => `${name}=${text}${separator}`)
    .join('')
}
