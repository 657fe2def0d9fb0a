import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:tls'
import type { AddressInfo } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { resolveProducer } from '../config/index.ts'
import type { ProducerOptions } from '../config/index.ts'
import { ConfigError } from '../errors/config-error.ts'
import { tlsSource } from './index.ts'
import { certificatePem, encryptedKeyPem, jksTruststore, keystore, oldTruststore, truststore } from './tls-fixture.ts'
import { opensslName } from './tls-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'odradek-tls-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const remarks = { info: () => undefined, warn: () => undefined }
function tls(options: ProducerOptions): ConnectionOptions {
  const source = tlsSource(resolveProducer({ bootstrapServers: 'a:1', securityProtocol: 'SSL' }, options, 1, remarks))
  assert(source !== undefined)
  return source()
}
const refused = (options: ProducerOptions, words: RegExp): void =>
  assert.throws(
    () => tls(options),
    (error) => error instanceof ConfigError && words.test(error.message),
  )

/** Whether a server that has our certificate, and asks for one, can be talked to. */
async function handshake(options: ConnectionOptions): Promise<string> {
  const server = createServer({ pfx: keystore, passphrase: 'secret1', requestCert: true, ca: certificatePem, rejectUnauthorized: false })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port }: AddressInfo = Object.assign({ port: 0, address: '', family: '' }, server.address())
  const heard = new Promise<string>((done) => {
    server.on('secureConnection', (socket: TLSSocket) => {
      done(socket.authorized ? 'knows us' : 'does not know us')
      socket.on('error', () => undefined)
    })
  })
  const socket = connect({ ...options, host: '127.0.0.1', port, servername: 'localhost' })
  try {
    await new Promise<void>((connected, failed) => {
      socket.once('secureConnect', connected)
      socket.once('error', failed)
    })
    return await heard
  } finally {
    socket.destroy()
    server.close()
  }
}

test('a truststore of Java lets its server be trusted, in PKCS12 and in PEM', async () => {
  for (const options of [
    tls({ sslTruststoreLocation: file('trust.p12', truststore), sslTruststorePassword: 'secret2' }),
    tls({
      'ssl.truststore.location': file('trust.p12', truststore),
      'ssl.truststore.password': 'secret2',
      'ssl.truststore.type': 'PKCS12',
    }),
    tls({ sslTruststoreLocation: file('ca.pem', certificatePem), sslTruststoreType: 'PEM' }),
    tls({ sslTruststoreCertificates: certificatePem }),
    tls({ tls: { ca: certificatePem } }),
  ]) {
    assert.equal(await handshake(options), 'does not know us')
  }
})

test('a server that nobody vouches for is refused', async () => {
  await assert.rejects(handshake(tls({})), /self.signed/i)
})

test('a keystore of Java tells a server who we are', async () => {
  const trust = { sslTruststoreCertificates: certificatePem }
  for (const options of [
    tls({ ...trust, sslKeystoreLocation: file('key.p12', keystore), sslKeystorePassword: 'secret1' }),
    tls({ ...trust, sslKeystoreKey: encryptedKeyPem, sslKeystoreCertificateChain: certificatePem, sslKeyPassword: 'secret3' }),
    tls({
      ...trust,
      sslKeystoreLocation: file('both.pem', encryptedKeyPem + certificatePem),
      sslKeystoreType: 'PEM',
      sslKeyPassword: 'secret3',
    }),
  ]) {
    assert.equal(await handshake(options), 'knows us')
  }
})

test('PEM text that has lost its line feeds in a properties file is read all the same', async () => {
  assert.equal(await handshake(tls({ sslTruststoreCertificates: certificatePem.replaceAll('\n', ' ') })), 'does not know us')
})

test('a JKS file is refused with the line that makes a readable one of it', () => {
  refused({ sslTruststoreLocation: file('trust.jks', jksTruststore) }, /keytool -importkeystore -srckeystore .*trust\.jks/)
})

test('a file that is not what it is said to be', () => {
  refused({ sslTruststoreLocation: file('a.pem', certificatePem) }, /said to be JKS, and is PEM: write ssl\.truststore\.type=PEM/)
  refused({ sslTruststoreLocation: file('b.p12', truststore), sslTruststoreType: 'PEM' }, /is PKCS12: write/)
  refused({ sslTruststoreLocation: file('c.txt', 'hello'), sslTruststoreType: 'PEM' }, /neither PEM nor PKCS12/)
  refused({ sslTruststoreLocation: join(folder, 'nowhere') }, /can not be read: ENOENT/)
  refused({ sslTruststoreLocation: file('d.p12', truststore), sslTruststoreType: 'BKS' }, /ssl\.truststore\.type BKS is unknown/)
})

test('a wrong password, or none', () => {
  refused(
    { sslTruststoreLocation: file('trust.p12', truststore), sslTruststorePassword: 'wrong' },
    /password is wrong.*Correct ssl\.truststore\.password/,
  )
  refused({ sslKeystoreLocation: file('key.p12', keystore), sslKeystorePassword: 'wrong' }, /Check ssl\.keystore\.password/)
  refused(
    { sslKeystoreKey: encryptedKeyPem, sslKeystoreCertificateChain: certificatePem, sslKeyPassword: 'wrong' },
    /Check ssl\.keystore\.password or ssl\.key\.password/,
  )
})

test('a truststore encrypted by an old method is refused with the line that helps', () => {
  refused({ sslTruststoreLocation: file('old.p12', oldTruststore), sslTruststorePassword: 'secret2' }, /old method.*keytool -list -rfc/)
})

test('halves and doubles', () => {
  refused({ sslKeystoreKey: encryptedKeyPem }, /ssl\.keystore\.key was given without ssl\.keystore\.certificate\.chain/)
  refused({ sslTruststoreCertificates: certificatePem, sslTruststoreLocation: 'x' }, /say the same twice/)
  refused({ sslTruststoreCertificates: '/etc/ca.pem' }, /has no certificate in it: expected is PEM text/)
})

test('versions, cipher suites and the check of names', () => {
  const { minVersion, maxVersion } = tls({ 'ssl.enabled.protocols': 'TLSv1.3' })
  assert.deepEqual([minVersion, maxVersion], ['TLSv1.3', 'TLSv1.3'])
  refused({ sslEnabledProtocols: 'SSLv3' }, /ssl\.enabled\.protocols SSLv3 is unknown/)
  assert.equal(tls({}).checkServerIdentity, undefined)
  assert.equal(tls({ 'ssl.endpoint.identification.algorithm': '' }).checkServerIdentity?.('x', Object.create(null)), undefined)
  assert.deepEqual(
    [
      'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      'TLS_RSA_WITH_AES_256_CBC_SHA',
      'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
      'TLS_AES_256_GCM_SHA384',
    ].map(opensslName),
    ['ECDHE-RSA-AES128-GCM-SHA256', 'AES256-SHA', 'ECDHE-RSA-CHACHA20-POLY1305', 'TLS_AES_256_GCM_SHA384'],
  )
  refused({ sslCipherSuites: ['NONSENSE'] }, /do not go/)
})

test('a certificate may be replaced under a running client', () => {
  const path = file('moving.pem', certificatePem)
  const source = tlsSource(
    resolveProducer(
      { bootstrapServers: 'a:1', securityProtocol: 'SSL' },
      { sslTruststoreLocation: path, sslTruststoreType: 'PEM' },
      1,
      remarks,
    ),
  )
  file('moving.pem', certificatePem + certificatePem)
  assert.equal(String(source?.().ca).match(/BEGIN/g)?.length, 2)
})
