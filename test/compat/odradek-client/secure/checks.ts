import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import type { ConnectionOptions } from 'node:tls'
import { connectCluster, mechanismOf } from '@odradek/client/cluster'
import type { ClusterOptions, ConnectedCluster, LoginSettings } from '@odradek/client/cluster'
import { systemClock, systemTimer } from '@odradek/common/time'
import { Secret } from '@odradek/common/logging'
import { systemRandom } from '@odradek/common/random'
import { holdProcess, systemDialler } from '@odradek/network/dial'
import { KafkaError } from '@odradek/protocol'
import { FindCoordinator, Metadata } from '@odradek/protocol/messages'
import { alice, sessionLifetimeMs } from './secure-broker.ts'
import type { SecureBroker } from './secure-broker.ts'

export interface Check {
  readonly name: string
  /** Throws what is wrong; may give a note. */
  readonly check: (broker: SecureBroker) => Promise<string | undefined>
}

type Sasl = Parameters<typeof mechanismOf>[0]
type Port = keyof SecureBroker['ports']

const said: string[] = []
const environment = {
  clock: systemClock,
  timer: systemTimer,
  random: systemRandom,
  dialler: systemDialler,
  logger: {
    debug: () => undefined,
    info: () => undefined,
    warn: (line: string) => void said.push(line),
    error: (line: string) => void said.push(line),
  },
  hold: holdProcess,
}

const settings: ClusterOptions['settings'] & LoginSettings = {
  bootstrapServers: [],
  clientDnsLookup: 'use_all_dns_ips',
  requestTimeoutMs: 30_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1_000,
  reconnectBackoffMs: 50,
  reconnectBackoffMaxMs: 1_000,
  socketConnectionSetupTimeoutMs: 10_000,
  socketConnectionSetupTimeoutMaxMs: 30_000,
  connectionsMaxIdleMs: 540_000,
  metadataMaxAgeMs: 300_000,
  metadataRecoveryStrategy: 'rebootstrap',
  metadataRecoveryRebootstrapTriggerMs: 300_000,
  receiveMessageMaxBytes: 104_857_600,
  saslLoginRefreshWindowFactor: 0.8,
  saslLoginRefreshWindowJitter: 0.05,
  saslLoginRefreshMinPeriodSeconds: 60,
  saslLoginRefreshBufferSeconds: 300,
  saslLoginConnectTimeoutMs: undefined,
  saslLoginReadTimeoutMs: undefined,
  saslLoginRetryBackoffMs: 100,
  saslLoginRetryBackoffMaxMs: 10_000,
}

const password = new Secret(alice.password)
const login = { username: alice.username, password, authorizationId: '', tokenAuth: false }
const credentials: Readonly<Record<string, Sasl>> = {
  PLAIN: { mechanism: 'PLAIN', ...login },
  'SCRAM-SHA-256': { mechanism: 'SCRAM-SHA-256', ...login },
  'SCRAM-SHA-512': { mechanism: 'SCRAM-SHA-512', ...login },
  OAUTHBEARER: { mechanism: 'OAUTHBEARER', token: unsecuredToken },
}

export const checks: readonly Check[] = [
  ...Object.entries(credentials).flatMap(([name, sasl]) =>
    (['saslPlaintext', 'saslSsl'] as const).map((port) => ({
      name: `${name} over ${port}: no answer is mixed up or lost while sessions of 2 s are renewed under load`,
      check: (broker: SecureBroker) => underLoad(connect(broker, port, { sasl, tls: port === 'saslSsl' ? trusting(broker) : undefined })),
    })),
  ),
  {
    name: 'client certificate over ssl',
    check: async (broker) => {
      const tls = { ...trusting(broker), cert: broker.clientCertificate, key: broker.clientKey }
      await using cluster = connect(broker, 'ssl', { tls })
      assert.equal((await cluster.refresh()).brokers.size, 1)
      return undefined
    },
  },
  {
    name: 'without a client certificate where one is required',
    check: (broker) => refuses(connect(broker, 'ssl', { tls: trusting(broker) }), 'NETWORK_EXCEPTION', /./),
  },
  {
    name: 'a certificate that nobody we trust has signed',
    check: (broker) =>
      refuses(connect(broker, 'ssl', { tls: {} }), 'NETWORK_EXCEPTION', /certificate .* was refused.*/s, /ssl\.truststore/),
  },
  {
    name: 'a certificate for another name',
    check: (broker) =>
      refuses(connect(broker, 'ssl', { tls: trusting(broker), host: '127.0.0.1' }), 'NETWORK_EXCEPTION', /certificate .* was refused/),
  },
  {
    name: 'plain text to a TLS listener',
    check: (broker) => refuses(connect(broker, 'ssl', {}), 'NETWORK_EXCEPTION', /TLS alert|closed the connection/),
  },
  {
    name: 'TLS to a listener of plain text',
    check: (broker) => refuses(connect(broker, 'plaintext', { tls: trusting(broker) }), 'NETWORK_EXCEPTION', /TLS|connect/),
  },
  { name: 'no SASL where it is wanted', check: (broker) => refuses(connect(broker, 'saslPlaintext', {}), 'NETWORK_EXCEPTION', /./) },
  ...(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map((mechanism) => ({
    name: `${mechanism} with a wrong password`,
    check: (broker: SecureBroker) =>
      refuses(
        connect(broker, 'saslPlaintext', { sasl: { mechanism, ...login, password: new Secret('wrong') } }),
        'SASL_AUTHENTICATION_FAILED',
        new RegExp(mechanism),
        /password/,
      ),
  })),
  {
    name: 'OAUTHBEARER with a token that has ended',
    check: (broker) =>
      refuses(
        connect(broker, 'saslPlaintext', { sasl: { mechanism: 'OAUTHBEARER', token: () => unsecuredToken(-3600) } }),
        'SASL_AUTHENTICATION_FAILED',
        /OAUTHBEARER.*invalid_token/,
      ),
  },
  {
    name: 'SASL on a listener without',
    check: (broker) => refuses(connect(broker, 'plaintext', { sasl: credentials['PLAIN'] }), 'ILLEGAL_SASL_STATE', /PLAIN/),
  },
]

function connect(
  broker: SecureBroker,
  port: Port,
  {
    sasl,
    tls,
    host = port === 'ssl' || port === 'saslSsl' ? 'localhost' : '127.0.0.1',
  }: {
    readonly sasl?: Sasl | undefined
    readonly tls?: ConnectionOptions | undefined
    readonly host?: string
  },
): ConnectedCluster {
  return connectCluster({
    environment,
    settings: { ...settings, bootstrapServers: [{ host, port: broker.ports[port] }] },
    clientId: 'secure',
    tls,
    sasl: sasl === undefined ? undefined : mechanismOf(sasl, settings, environment),
    apiTimeoutMs: 5_000,
  })
}

function trusting({ authority }: SecureBroker): ConnectionOptions {
  return { ca: authority }
}

/** What Kafka's own login module makes where nothing is signed: for tests alone. */
function unsecuredToken(seconds: unknown = 3600): string {
  const now = Math.floor(systemClock.now() / 1000)
  const life = typeof seconds === 'number' ? seconds : 3600
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub: alice.username, iat: now + Math.min(0, 2 * life), exp: now + life })}.`
}

/** Calls of two kinds, ten callers at a time, over two and a half lives of a session. */
async function underLoad(connected: ConnectedCluster): Promise<string> {
  await using cluster = connected
  const broker = await cluster.anyBroker()
  const until = systemClock.monotonic() + 2.5 * sessionLifetimeMs
  let answers = 0
  const before = said.length
  await Promise.all(
    Array.from({ length: 10 }, async (_, caller) => {
      for (let round = 0; systemClock.monotonic() < until; round++) {
        const name = `caller-${caller}-${round}`
        const [{ topics }, { coordinators }] = await Promise.all([
          cluster.call(broker, Metadata, { topics: [{ name }], allowAutoTopicCreation: false }),
          cluster.call(broker, FindCoordinator, { key: '', keyType: 0, coordinatorKeys: [name] }),
        ])
        assert.equal(topics[0]?.name, name)
        assert.equal(coordinators[0]?.key, name)
        answers += 2
      }
    }),
  )
  assert.deepEqual(said.slice(before), [], 'no connection was lost')
  assert.equal(cluster.traffic.connections, 1, 'one connection lived through all')
  return `${answers} answers`
}

async function refuses(connected: ConnectedCluster, code: string, message: RegExp, hint?: RegExp): Promise<string> {
  await using cluster = connected
  const began = systemClock.monotonic()
  try {
    await cluster.refresh()
  } catch (error) {
    assert(error instanceof KafkaError, String(error))
    const cause = error.code === 'REQUEST_TIMED_OUT' && error.cause instanceof KafkaError ? error.cause : error
    assert.equal(cause.code, code, String(cause))
    assert.match(cause.message, message)
    if (hint !== undefined) assert.match(cause.hint, hint)
    const took = error === cause ? 'at once' : `after ${Math.round(systemClock.monotonic() - began)} ms`
    return `${took}: ${cause.message}`
  }
  throw new assert.AssertionError({ message: 'it was let in' })
}
