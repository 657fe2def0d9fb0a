import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kit } from '../../present.ts'
import { freePort } from '../free-port.ts'

const run = promisify(execFile)
const security = 'org.apache.kafka.common.security'

/** Who may enter, with which password. */
export const alice = { username: 'alice', password: 'alice, her = secret' } as const

/** After so long a session has to be authenticated anew, or the broker ends the connection. */
export const sessionLifetimeMs = 2000

/** One broker of Apache Kafka with a listener for each way in: plain, SASL, TLS with client certificates, SASL over TLS. */
export class SecureBroker implements AsyncDisposable {
  readonly ports: Readonly<Record<'plaintext' | 'saslPlaintext' | 'saslSsl' | 'ssl', number>>
  /** PEM texts: who signed the broker's certificate, and what `alice` has. */
  readonly authority: string
  readonly clientCertificate: string
  readonly clientKey: string
  readonly #folder: string

  private constructor(port: number, folder: string) {
    this.ports = { plaintext: port, saslPlaintext: port + 2, saslSsl: port + 3, ssl: port + 4 }
    this.#folder = folder
    const read = (name: string): string => readFileSync(join(folder, 'tls', name), 'utf8')
    this.authority = read('authority.pem')
    this.clientCertificate = read('client.pem')
    this.clientKey = read('client.key')
  }

  static async start(port?: number): Promise<SecureBroker> {
    const missing = kit.missing()
    if (missing !== undefined) throw new Error(missing)
    const folder = mkdtempSync(join(tmpdir(), 'odradek-compat-secure-'))
    makeCertificates(join(folder, 'tls'))
    const first = port ?? (await freePort(5))
    const settings = brokerSettings(first, join(folder, 'tls')).flatMap((line) => ['--set', line])
    const { KAFKA_HEAP = '-Xms256m -Xmx256m' } = process.env
    await run(kit.path, ['start', '--port', String(first), '--dir', folder, '--detach', ...settings], {
      env: { ...process.env, KAFKA_HEAP },
    })
    const broker = new SecureBroker(first, folder)
    try {
      await broker.#addUsers()
    } catch (error) {
      await broker[Symbol.asyncDispose]()
      throw error
    }
    return broker
  }

  async #addUsers(): Promise<void> {
    const hashes = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((name) => `${name}=[iterations=8192,password=${alice.password}]`)
    const target = ['--bootstrap-server', `127.0.0.1:${this.ports.plaintext}`, '--entity-type', 'users', '--entity-name', alice.username]
    // One a call: for two the tool sends a request that the broker refuses.
    for (const hash of hashes) await run(kit.path, ['tool', 'kafka-configs', ...target, '--alter', '--add-config', hash])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(kit.path, ['stop', '--dir', this.#folder])
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function brokerSettings(port: number, tls: string): readonly string[] {
  const listeners = [
    `PLAINTEXT://127.0.0.1:${port}`,
    `CONTROLLER://127.0.0.1:${port + 1}`,
    `SASL_PLAINTEXT://127.0.0.1:${port + 2}`,
    `SASL_SSL://localhost:${port + 3}`,
    `SSL://localhost:${port + 4}`,
  ].join(',')
  const logins = {
    plain: `${security}.plain.PlainLoginModule required user_${alice.username}="${alice.password}";`,
    'scram-sha-256': `${security}.scram.ScramLoginModule required;`,
    'scram-sha-512': `${security}.scram.ScramLoginModule required;`,
    oauthbearer: `${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  }
  return [
    `listeners=${listeners}`,
    `advertised.listeners=${listeners}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL',
    `connections.max.reauth.ms=${sessionLifetimeMs}`,
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    ...['sasl_plaintext', 'sasl_ssl'].flatMap((listener) =>
      Object.entries(logins).map(([mechanism, login]) => `listener.name.${listener}.${mechanism}.sasl.jaas.config=${login}`),
    ),
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${tls}/broker.pem`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${tls}/authority.pem`,
    'listener.name.ssl.ssl.client.auth=required',
  ]
}

/** An authority, a certificate for `localhost` alone, and one for alice. */
function makeCertificates(folder: string): void {
  mkdirSync(folder)
  const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-days', '2']
  openssl('req', '-x509', ...newKey, '-subj', '/CN=authority', '-keyout', 'authority.key', '-out', 'authority.pem')
  for (const [name, subject] of [
    ['broker', '/CN=broker'],
    ['client', '/CN=alice'],
  ] as const) {
    openssl('req', ...newKey.slice(0, 3), '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    writeFileSync(join(folder, 'names'), name === 'broker' ? 'subjectAltName=DNS:localhost' : 'extendedKeyUsage=clientAuth')
    const signedBy = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial']
    openssl('x509', '-req', '-in', `${name}.csr`, ...signedBy, '-days', '2', '-extfile', 'names', '-out', `${name}.pem`)
  }
  const both = ['broker.key', 'broker.pem'].map((name) => readFileSync(join(folder, name), 'utf8'))
  writeFileSync(join(folder, 'broker.pem'), both.join(''))
}
