import { Buffer } from 'node:buffer'

/** A token of OAUTHBEARER. */
export interface BearerToken {
  readonly value: string
  /** Milliseconds since 1970; undefined when nobody knows. */
  readonly expiresAtMs?: number | undefined
  /** Sent beside the token (KIP-342). */
  readonly extensions?: Readonly<Record<string, string>> | undefined
}

/** When a token ends by its own word: the claim `exp` of a JWT. Undefined when it is none, or does not say. */
export function expiryOf(token: string): number | undefined {
  const claims = token.split('.')[1]
  if (claims === undefined) return undefined
  try {
    const read: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString())
    if (typeof read !== 'object' || read === null || !('exp' in read)) return undefined
    return typeof read.exp === 'number' ? read.exp * 1000 : undefined
  } catch {
    return undefined
  }
}
