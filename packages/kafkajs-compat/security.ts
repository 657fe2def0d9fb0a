import type { SaslOptions, TlsOptions } from '@odradek/client'
import { KafkaJSNonRetriableError, KafkaJSNotImplemented } from './errors.ts'
import type { KafkaConfig } from './types/config.ts'

interface Security {
  readonly securityProtocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  readonly tls?: TlsOptions
  readonly sasl?: SaslOptions
}

/** `ssl` and `sasl` of kafkajs as options of the client below. Throws for what it can't do. */
export function securityOf({ ssl, sasl }: Pick<KafkaConfig, 'ssl' | 'sasl'>): Security {
  const isEncrypted = ssl !== undefined && ssl !== false
  const tls = isEncrypted ? { tls: ssl === true ? {} : ssl } : {}
  if (sasl === undefined || sasl === null) return { securityProtocol: isEncrypted ? 'SSL' : 'PLAINTEXT', ...tls }
  return { securityProtocol: isEncrypted ? 'SASL_SSL' : 'SASL_PLAINTEXT', ...tls, sasl: credentials(sasl) }
}

function credentials(sasl: NonNullable<KafkaConfig['sasl']>): SaslOptions {
  if ('authenticationProvider' in sasl) {
    throw new KafkaJSNotImplemented(
      `sasl: a mechanism of one's own (${sasl.mechanism}) can not be plugged in here. Use plain, scram-sha-256, scram-sha-512 or oauthbearer; most token based mechanisms, that of AWS MSK among them, can be had as oauthbearer with an oauthBearerProvider.`,
    )
  }
  const { mechanism } = sasl
  const given: Readonly<Record<string, unknown>> = { ...sasl }
  switch (mechanism.toLowerCase()) {
    case 'plain':
      return { mechanism: 'PLAIN', ...password(mechanism, given) }
    case 'scram-sha-256':
      return { mechanism: 'SCRAM-SHA-256', ...password(mechanism, given) }
    case 'scram-sha-512':
      return { mechanism: 'SCRAM-SHA-512', ...password(mechanism, given) }
    case 'oauthbearer':
      return { mechanism: 'OAUTHBEARER', token: tokenSource(given['oauthBearerProvider']) }
    case 'aws':
      throw new KafkaJSNotImplemented(
        'sasl: the mechanism aws is not to be had here. Amazon MSK takes IAM credentials as OAUTHBEARER, too: write sasl: { mechanism: "oauthbearer", oauthBearerProvider }, with tokens of aws-msk-iam-sasl-signer-js.',
      )
    default:
      throw new KafkaJSNonRetriableError(
        `sasl: the mechanism ${mechanism} is unknown. Use plain, scram-sha-256, scram-sha-512 or oauthbearer.`,
      )
  }
}

function password(
  mechanism: string,
  { username, password: secret }: Readonly<Record<string, unknown>>,
): { readonly username: string; readonly password: string } {
  if (typeof username === 'string' && typeof secret === 'string') return { username, password: secret }
  throw new KafkaJSNonRetriableError(`sasl: ${mechanism} needs username and password, both strings.`)
}

function tokenSource(provider: unknown): () => Promise<string> {
  if (typeof provider !== 'function') {
    throw new KafkaJSNonRetriableError('sasl: oauthbearer needs oauthBearerProvider, a function that gives a promise of { value }.')
  }
  return async () => {
    const token: unknown = await Reflect.apply(provider, undefined, [])
    if (typeof token === 'object' && token !== null && 'value' in token && typeof token.value === 'string') return token.value
    throw new KafkaJSNonRetriableError('sasl: oauthBearerProvider must give { value }, the token as a string.')
  }
}
