import { fetchToken, KeptToken, oauthBearer, plain, scram } from '@odradek/network/sasl'
import type { BearerToken, SaslMechanism } from '@odradek/network/sasl'
import type { SaslSettings } from '../config/index.ts'
import type { Environment } from '../environment.ts'

/** Settings of tokens; `CommonSettings` has them all. */
export interface LoginSettings {
  readonly saslLoginRefreshWindowFactor: number
  readonly saslLoginRefreshWindowJitter: number
  readonly saslLoginRefreshMinPeriodSeconds: number
  readonly saslLoginRefreshBufferSeconds: number
  readonly saslLoginConnectTimeoutMs: number | undefined
  readonly saslLoginReadTimeoutMs: number | undefined
  readonly saslLoginRetryBackoffMs: number
  readonly saslLoginRetryBackoffMaxMs: number
}

/** How to authenticate with these credentials. Keep it: it knows the last token, and keys that are slow to make. */
export function mechanismOf(
  sasl: SaslSettings,
  login: LoginSettings,
  environment: Pick<Environment, 'clock' | 'timer' | 'random'>,
): SaslMechanism {
  if (sasl.mechanism === 'PLAIN') return plain(sasl)
  if (sasl.mechanism !== 'OAUTHBEARER') return scram({ ...sasl, mechanism: sasl.mechanism, random: environment.random })
  const kept = new KeptToken({
    fetch: tokenSource(sasl, login, environment),
    clock: environment.clock,
    random: environment.random,
    settings: {
      windowFactor: login.saslLoginRefreshWindowFactor,
      windowJitter: login.saslLoginRefreshWindowJitter,
      minPeriodSeconds: login.saslLoginRefreshMinPeriodSeconds,
      bufferSeconds: login.saslLoginRefreshBufferSeconds,
    },
  })
  return oauthBearer(() => kept.get())
}

function tokenSource(
  sasl: Extract<SaslSettings, { readonly mechanism: 'OAUTHBEARER' }>,
  login: LoginSettings,
  { clock, timer }: Pick<Environment, 'clock' | 'timer'>,
): () => Promise<BearerToken> {
  if (sasl.token !== undefined) {
    const { token } = sasl
    return async () => {
      const given = await token()
      return typeof given === 'string' ? { value: given } : given
    }
  }
  const endpoint = {
    url: sasl.tokenEndpointUrl,
    clientId: sasl.clientId,
    clientSecret: sasl.clientSecret,
    scope: sasl.scope,
    urlEncodeHeader: sasl.urlEncodeHeader,
    extensions: sasl.extensions,
    timeoutMs: (login.saslLoginConnectTimeoutMs ?? defaultTimeoutMs) + (login.saslLoginReadTimeoutMs ?? defaultTimeoutMs),
    retryAfterMs: login.saslLoginRetryBackoffMs,
    retryForMs: login.saslLoginRetryBackoffMaxMs,
  }
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer.after(ms, resolve)
    })
  return () => fetchToken(endpoint, { fetch, now: () => clock.now(), sleep })
}

const defaultTimeoutMs = 10_000
