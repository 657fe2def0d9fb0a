import { Secret } from '@odradek/common/logging'
import { ConfigError } from '../errors/config-error.ts'
import type { JaasEntry } from './jaas-config.ts'
import { parseJaasConfig } from './jaas-config.ts'
import type { SaslSettings, TokenSource } from './security.ts'

/** The texts among the settings that have to do with SASL. */
export interface SaslTexts {
  readonly saslMechanism: string
  readonly saslJaasConfig: Secret | undefined
  readonly saslOauthbearerTokenEndpointUrl: string | undefined
  readonly saslOauthbearerClientCredentialsClientId: string | undefined
  readonly saslOauthbearerClientCredentialsClientSecret: Secret | undefined
  readonly saslOauthbearerScope: string | undefined
  readonly saslOauthbearerHeaderUrlencode: boolean
}

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']

/**
 * The credentials of a client, from `sasl` in code or from the texts of a file. Throws `ConfigError`.
 * `mechanismGiven`: whether `sasl.mechanism` was given, as against its default.
 */
export function readSasl(option: unknown, texts: SaslTexts, mechanismGiven: boolean): SaslSettings {
  if (option !== undefined) {
    const sasl = fromOption(option)
    if (mechanismGiven && texts.saslMechanism !== sasl.mechanism) {
      throw wrong(`sasl.mechanism is ${texts.saslMechanism}, but sasl in code says ${sasl.mechanism}. Give it once.`)
    }
    return sasl
  }
  const mechanism = texts.saslMechanism
  if (!mechanismGiven) {
    throw wrong(
      `SASL needs sasl.mechanism: one of ${mechanisms.join(', ')}. In code: sasl: { mechanism: 'SCRAM-SHA-512', username, password }.`,
    )
  }
  if (mechanism === 'GSSAPI') throw wrong(`sasl.mechanism GSSAPI (Kerberos) is not supported. Use one of ${mechanisms.join(', ')}.`)
  if (!mechanisms.includes(mechanism)) throw wrong(`sasl.mechanism ${mechanism} is unknown. Use one of ${mechanisms.join(', ')}.`)
  const jaas = texts.saslJaasConfig === undefined ? undefined : parseJaasConfig(texts.saslJaasConfig.reveal())
  return mechanism === 'OAUTHBEARER' ? oauth(texts, jaas) : password(mechanism, jaas)
}

function fromOption(option: unknown): SaslSettings {
  if (typeof option !== 'object' || option === null || !('mechanism' in option)) {
    throw wrong('sasl must be { mechanism, username, password } or { mechanism, token }.')
  }
  const {
    mechanism,
    username,
    password: secret,
    token,
    authorizationId = '',
    tokenAuth = false,
  }: Record<string, unknown> & { mechanism: unknown } = option
  if (mechanism === 'OAUTHBEARER') {
    if (typeof token !== 'function' && typeof token !== 'string' && (typeof token !== 'object' || token === null)) {
      throw wrong('sasl with OAUTHBEARER needs token: a string, or a function that gives one (or a promise of it).')
    }
    return { mechanism, token: isTokenSource(token) ? token : () => fixedToken(token) }
  }
  if (mechanism !== 'PLAIN' && mechanism !== 'SCRAM-SHA-256' && mechanism !== 'SCRAM-SHA-512') {
    throw wrong(`The mechanism of sasl, ${JSON.stringify(mechanism)}, is unknown. Use one of ${mechanisms.join(', ')} (in capitals).`)
  }
  if (typeof username !== 'string' || username === '') throw wrong(`sasl with ${mechanism} needs username, a string that is not empty.`)
  if (typeof secret !== 'string' && !(secret instanceof Secret)) throw wrong(`sasl with ${mechanism} needs password, a string.`)
  if (typeof authorizationId !== 'string') throw wrong('authorizationId of sasl must be a string.')
  if (typeof tokenAuth !== 'boolean') throw wrong('tokenAuth of sasl must be true or false.')
  return { mechanism, username, password: secret instanceof Secret ? secret : new Secret(secret), authorizationId, tokenAuth }
}

function isTokenSource(token: unknown): token is TokenSource {
  return typeof token === 'function'
}

function fixedToken(token: string | object): { readonly value: string } | string {
  if (typeof token === 'string') return token
  if (!('value' in token) || typeof token.value !== 'string') throw wrong('The token of sasl must have a value, a string.')
  return { ...token, value: token.value }
}

function password(mechanism: string, jaas: JaasEntry | undefined): SaslSettings {
  const isPlain = mechanism === 'PLAIN'
  const login = `org.apache.kafka.common.security.${isPlain ? 'plain.Plain' : 'scram.Scram'}LoginModule`
  const example = `${login} required username="alice" password="…";`
  if (jaas === undefined) {
    throw wrong(
      `sasl.mechanism ${mechanism} needs credentials: sasl.jaas.config=${example} In code: sasl: { mechanism: '${mechanism}', username, password }.`,
    )
  }
  if (!jaas.module.endsWith(isPlain ? 'PlainLoginModule' : 'ScramLoginModule')) {
    throw wrong(`sasl.jaas.config names ${jaas.module}, which does not go with sasl.mechanism ${mechanism}: write ${example}`)
  }
  const { username, password: secret, tokenauth } = jaas.options
  if (!username || secret === undefined) throw wrong(`sasl.jaas.config has no ${username ? 'password' : 'username'}: write ${example}`)
  return {
    mechanism: isPlain ? 'PLAIN' : mechanism === 'SCRAM-SHA-256' ? 'SCRAM-SHA-256' : 'SCRAM-SHA-512',
    username,
    password: new Secret(secret),
    authorizationId: '',
    tokenAuth: tokenauth === 'true',
  }
}

function oauth(texts: SaslTexts, jaas: JaasEntry | undefined): SaslSettings {
  if (jaas !== undefined && !jaas.module.endsWith('OAuthBearerLoginModule')) {
    throw wrong(
      `sasl.jaas.config names ${jaas.module}, which does not go with sasl.mechanism OAUTHBEARER: write org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;`,
    )
  }
  const options = jaas?.options ?? {}
  const tokenEndpointUrl = texts.saslOauthbearerTokenEndpointUrl
  const clientId = texts.saslOauthbearerClientCredentialsClientId ?? options['clientId']
  const secret = texts.saslOauthbearerClientCredentialsClientSecret ?? options['clientSecret']
  if (tokenEndpointUrl === undefined || !URL.canParse(tokenEndpointUrl) || !/^https?:/.test(tokenEndpointUrl)) {
    throw wrong(
      "OAUTHBEARER needs sasl.oauthbearer.token.endpoint.url, an address that begins with https:. In code a token of your own: sasl: { mechanism: 'OAUTHBEARER', token }.",
    )
  }
  if (clientId === undefined || secret === undefined) {
    throw wrong(
      'OAUTHBEARER with a token endpoint needs sasl.oauthbearer.client.credentials.client.id and sasl.oauthbearer.client.credentials.client.secret.',
    )
  }
  const extensions = Object.entries(options).filter(([name]) => name.startsWith('extension_'))
  return {
    mechanism: 'OAUTHBEARER',
    token: undefined,
    tokenEndpointUrl,
    clientId,
    clientSecret: secret instanceof Secret ? secret : new Secret(secret),
    scope: texts.saslOauthbearerScope ?? options['scope'],
    urlEncodeHeader: texts.saslOauthbearerHeaderUrlencode,
    extensions: Object.fromEntries(extensions.map(([name, value]) => [name.slice('extension_'.length), value])),
  }
}

function wrong(message: string): ConfigError {
  return new ConfigError(message, { settings: ['sasl'] })
}
