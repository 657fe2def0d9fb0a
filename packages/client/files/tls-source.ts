import type { ConnectionOptions, SecureVersion } from 'node:tls'
import type { Secret } from '@odradek/common/logging'
import { ConfigError } from '../errors/config-error.ts'
import { readKeyFile } from './key-files.ts'
import { pkcs12Certificates, UnreadablePkcs12 } from './pkcs12-certificates.ts'

/** The settings that say how to encrypt. */
export interface TlsSettings {
  readonly securityProtocol: string
  readonly tls: Readonly<ConnectionOptions> | undefined
  readonly sslTruststoreCertificates: Secret | undefined
  readonly sslTruststoreLocation: string | undefined
  readonly sslTruststorePassword: Secret | undefined
  readonly sslTruststoreType: string
  readonly sslKeystoreKey: Secret | undefined
  readonly sslKeystoreCertificateChain: Secret | undefined
  readonly sslKeystoreLocation: string | undefined
  readonly sslKeystorePassword: Secret | undefined
  readonly sslKeystoreType: string
  readonly sslKeyPassword: Secret | undefined
  readonly sslEndpointIdentificationAlgorithm: string
  readonly sslEnabledProtocols: readonly string[]
  readonly sslCipherSuites: readonly string[]
}

/**
 * What Node's TLS is to be told, undefined where connections are not encrypted. To be called for each connection: files are read anew, so that
 * certificates can be replaced under a running client.
 *
 * Everything is tried out once, here and now. Throws `ConfigError` that names the setting at fault.
 */
export function tlsSource(settings: TlsSettings): (() => ConnectionOptions) | undefined {
  if (!settings.securityProtocol.endsWith('SSL')) return undefined
  const options = (): ConnectionOptions => (settings.tls === undefined ? optionsOf(settings) : { ...settings.tls })
  try {
    process.getBuiltinModule('node:tls').createSecureContext(options())
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(
      `The certificates and keys of ${settings.tls === undefined ? 'ssl.*' : 'tls'} do not go: ${reason}.${adviceOn(reason)}`,
      { cause: error },
    )
  }
  return options
}

function optionsOf(settings: TlsSettings): ConnectionOptions {
  return { ...trust(settings), ...identity(settings), ...rules(settings) }
}

/** Whom to trust. Nothing given: the certificate authorities that Node knows. */
function trust(settings: TlsSettings): ConnectionOptions {
  const { sslTruststoreCertificates: text, sslTruststoreLocation: path, sslTruststoreType: type } = settings
  if (text !== undefined && path !== undefined) throw twice('ssl.truststore.certificates', 'ssl.truststore.location')
  if (text !== undefined) return { ca: certificatesIn('ssl.truststore.certificates', text.reveal()) }
  if (path === undefined) return {}
  const file = readKeyFile('ssl.truststore', path, type)
  if (file.form === 'PEM') return { ca: certificatesIn(`ssl.truststore.location ${path}`, file.content.toString()) }
  try {
    return { ca: pkcs12Certificates(file.content, settings.sslTruststorePassword?.reveal() ?? '') }
  } catch (error) {
    if (!(error instanceof UnreadablePkcs12)) throw error
    const advice = error.message.includes('password')
      ? 'Correct ssl.truststore.password.'
      : `Make a PEM file of it: keytool -list -rfc -keystore ${path} > ${path}.pem, then ssl.truststore.type=PEM.`
    throw new ConfigError(`ssl.truststore.location ${path} can not be read: ${error.message}. ${advice}`, {
      settings: ['ssl.truststore.location', 'ssl.truststore.password'],
    })
  }
}

/** Who we are, where brokers ask for it (`ssl.client.auth`). */
function identity(settings: TlsSettings): ConnectionOptions {
  const { sslKeystoreKey: key, sslKeystoreCertificateChain: chain, sslKeystoreLocation: path } = settings
  if ((key !== undefined || chain !== undefined) && path !== undefined) throw twice('ssl.keystore.key', 'ssl.keystore.location')
  const keyPassword = settings.sslKeyPassword === undefined ? {} : { passphrase: settings.sslKeyPassword.reveal() }
  if (path === undefined) {
    if (key === undefined && chain === undefined) return {}
    if (key === undefined || chain === undefined) {
      const [has, lacks] =
        key === undefined ? ['ssl.keystore.certificate.chain', 'ssl.keystore.key'] : ['ssl.keystore.key', 'ssl.keystore.certificate.chain']
      throw new ConfigError(`${has} was given without ${lacks}: a client needs its key and its certificates.`, { settings: [has, lacks] })
    }
    return {
      key: keyIn('ssl.keystore.key', key.reveal()),
      cert: certificatesIn('ssl.keystore.certificate.chain', chain.reveal()),
      ...keyPassword,
    }
  }
  const file = readKeyFile('ssl.keystore', path, settings.sslKeystoreType)
  if (file.form === 'PKCS12') {
    const password = settings.sslKeystorePassword ?? settings.sslKeyPassword
    return { pfx: file.content, ...(password === undefined ? {} : { passphrase: password.reveal() }) }
  }
  const text = file.content.toString()
  return { key: keyIn(`ssl.keystore.location ${path}`, text), cert: certificatesIn(`ssl.keystore.location ${path}`, text), ...keyPassword }
}

function rules(settings: TlsSettings): ConnectionOptions {
  const { sslEnabledProtocols, sslCipherSuites, sslEndpointIdentificationAlgorithm } = settings
  const enabled = versions.filter((version) => sslEnabledProtocols.includes(version))
  const unknown = sslEnabledProtocols.find((name) => !versions.some((version) => version === name))
  const [minVersion] = enabled
  const maxVersion = enabled.at(-1)
  if (unknown !== undefined || minVersion === undefined || maxVersion === undefined) {
    throw new ConfigError(`ssl.enabled.protocols ${unknown ?? ''} is unknown here: there are ${versions.join(', ')}.`, {
      settings: ['ssl.enabled.protocols'],
    })
  }
  return {
    minVersion,
    maxVersion,
    ...(sslCipherSuites.length === 0 ? {} : { ciphers: sslCipherSuites.map(opensslName).join(':') }),
    ...(sslEndpointIdentificationAlgorithm === '' ? { checkServerIdentity: () => undefined } : {}),
  }
}

const versions: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

/** Java has the names of the standard, Node those of OpenSSL: `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is `ECDHE-RSA-AES128-GCM-SHA256`. */
export function opensslName(suite: string): string {
  const found = /^TLS_([A-Z_]+)_WITH_([A-Z\d_]+)_(SHA\d*)$/.exec(suite)
  if (found === null) return suite
  const [, exchange = '', cipher = '', hash = ''] = found
  const name = cipher
    .replace(/^(AES|CAMELLIA)_(\d+)/, '$1$2')
    .replace(/_CBC$/, '')
    .replaceAll('_', '-')
  const mac = name.startsWith('CHACHA20') ? '' : `-${hash}`
  return `${exchange === 'RSA' ? '' : `${exchange.replaceAll('_', '-')}-`}${name}${mac}`
}

/** Passwords aside, PEM text has this form; a path in its place is a common slip. */
function certificatesIn(setting: string, text: string): string {
  return blocksOf(setting, text, 'CERTIFICATE')
}

function keyIn(setting: string, text: string): string {
  return blocksOf(setting, text, '(?:RSA |EC |ENCRYPTED )?PRIVATE KEY')
}

function blocksOf(setting: string, text: string, label: string): string {
  // In a properties file line feeds are easily lost; Java takes blanks in their place.
  const blocks = [...text.matchAll(new RegExp(`-----BEGIN (${label})-----([\\s\\S]+?)-----END \\1-----`, 'g'))]
  if (blocks.length === 0) {
    const what = label === 'CERTIFICATE' ? 'certificate' : 'private key'
    throw new ConfigError(
      `${setting} has no ${what} in it: expected is PEM text, -----BEGIN ${label === 'CERTIFICATE' ? label : 'PRIVATE KEY'}----- and so on.`,
      {
        settings: [setting.split(' ')[0] ?? setting],
      },
    )
  }
  return blocks.map(([, name = '', body = '']) => `-----BEGIN ${name}-----\n${lines(body)}\n-----END ${name}-----\n`).join('')
}

/** Base64 in lines of its own, headers of an old encrypted key (`Proc-Type: …`) as they were. */
function lines(body: string): string {
  if (body.includes(':')) return body.trim()
  return (body.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? []).join('\n')
}

function twice(one: string, other: string): ConfigError {
  return new ConfigError(`${one} and ${other} say the same twice. Give one of them.`, { settings: [one, other] })
}

function adviceOn(reason: string): string {
  if (/mac verify failure|bad decrypt|interrupted or cancelled|bad password read/i.test(reason))
    return ' Check ssl.keystore.password or ssl.key.password.'
  return /unsupported/i.test(reason) ? ' The file is encrypted by an old method: write it anew with a keytool or openssl of today.' : ''
}
