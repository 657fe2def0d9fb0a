import { Buffer } from 'node:buffer'
import type { Secret } from '@odradek/common/logging'
import type { BearerToken } from './token.ts'

/** Where and as whom tokens are fetched: OAuth 2.0, grant of client credentials (KIP-768). */
export interface TokenEndpoint {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: Secret
  readonly scope: string | undefined
  /** Whether id and secret are URL encoded in the header (KIP-1025). */
  readonly urlEncodeHeader: boolean
  readonly extensions: Readonly<Record<string, string>>
  /** For one answer. */
  readonly timeoutMs: number
  /** Failures that may pass are tried again, first after this time, for at most `retryForMs`. */
  readonly retryAfterMs: number
  readonly retryForMs: number
}

/** What of the world the endpoint is asked through. */
export interface TokenWorld {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** Fetches a token. Throws what went wrong in a sentence, without the secret. */
export async function fetchToken(endpoint: TokenEndpoint, world: TokenWorld): Promise<BearerToken> {
  const { retryAfterMs, retryForMs } = endpoint
  const until = world.now() + retryForMs
  for (let waitMs = retryAfterMs; ; waitMs *= 2) {
    const attempt = await tryOnce(endpoint, world)
    if ('value' in attempt) return attempt
    const leftMs = until - world.now()
    if (!attempt.mayPass || leftMs <= 0) throw new Error(attempt.problem, { cause: attempt.cause })
    await world.sleep(Math.min(waitMs, leftMs))
  }
}

interface Failed {
  readonly problem: string
  readonly mayPass: boolean
  readonly cause?: unknown
}

async function tryOnce(endpoint: TokenEndpoint, world: TokenWorld): Promise<BearerToken | Failed> {
  const { url, scope, extensions, timeoutMs } = endpoint
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) })
  try {
    const answer = await world.fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Basic ${credentials(endpoint)}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: body.toString(),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    const text = await answer.text()
    if (!answer.ok) {
      const mayPass = answer.status >= 500 || answer.status === 429 || answer.status === 408
      return { problem: `the token endpoint ${url} answered with status ${answer.status}: ${text.slice(0, 300)}`, mayPass }
    }
    return readToken(url, text, extensions, world.now())
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return { problem: `the token endpoint ${url} could not be asked: ${why}`, mayPass: true, cause }
  }
}

function readToken(url: string, text: string, extensions: Readonly<Record<string, string>>, now: number): BearerToken | Failed {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    answer = undefined
  }
  if (
    typeof answer !== 'object' ||
    answer === null ||
    !('access_token' in answer) ||
    typeof answer.access_token !== 'string' ||
    answer.access_token === ''
  )
    return { problem: `the token endpoint ${url} answered without an access_token`, mayPass: false }
  const seconds = 'expires_in' in answer ? Number(answer.expires_in) : Number.NaN
  return {
    value: answer.access_token,
    ...(Number.isFinite(seconds) ? { expiresAtMs: now + 1000 * seconds } : {}),
    ...(Object.keys(extensions).length === 0 ? {} : { extensions }),
  }
}

function credentials({ clientId, clientSecret, urlEncodeHeader }: TokenEndpoint): string {
  const encode = urlEncodeHeader ? encodeURIComponent : (text: string): string => text
  return Buffer.from(`${encode(clientId)}:${encode(clientSecret.reveal())}`).toString('base64')
}
