import type { Dialler, DialTarget, IpAddress } from '@odradek/network/dial'
import type { SaslMechanism } from '@odradek/network/sasl'
import { KafkaError } from '@odradek/protocol'
import type { Environment } from '../environment.ts'
import type { ConnectionMetrics } from '../metrics/index.ts'
import type { ApiRanges } from './api-ranges.ts'
import type { ClusterSettings } from './cluster-settings.ts'
import { Connection } from './connection.ts'
import { ConnectionWatch } from './connection-watch.ts'
import type { Traffic } from './connection.ts'
import { ExponentialBackoff } from './exponential-backoff.ts'
import { authenticate, introduce } from './handshake.ts'
import type { Introduction } from './handshake.ts'
import { nodeName } from './metadata.ts'
import type { BrokerNode } from './metadata.ts'

export interface OpenerOptions {
  readonly environment: Pick<Environment, 'clock' | 'timer' | 'random' | 'dialler'>
  readonly settings: ClusterSettings
  readonly clientId: string
  /** Asked for at each connection where it is a function, so that certificates may be replaced. */
  readonly tls?: TlsSource | undefined
  readonly sasl?: SaslMechanism | undefined
  readonly traffic: Traffic
  readonly metrics?: ConnectionMetrics | undefined
  /** What each broker tells about itself. */
  onIntroduced(this: void, introduction: Introduction): void
}

/** Options of Node's TLS, or where to ask for them. */
export type TlsSource = TlsOptions | (() => TlsOptions | Promise<TlsOptions>)

type TlsOptions = NonNullable<DialTarget['tls']>

/** A connection that may be used, and until when. */
export interface Opened {
  readonly connection: Connection
  /** Monotonic; from then on the next request is preceded by a new authentication (KIP-368). Infinity without SASL, or with sessions without end. */
  readonly reauthenticateAtMs: number
}

/** Opens connections: name, address, TCP, TLS, versions, authentication. */
export class Opener {
  readonly #options: OpenerOptions
  readonly #dialler: Dialler
  readonly #setupTimeouts: ExponentialBackoff

  constructor(options: OpenerOptions) {
    const { environment, settings } = options
    this.#options = options
    this.#dialler = environment.dialler
    this.#setupTimeouts = new ExponentialBackoff(
      settings.socketConnectionSetupTimeoutMs,
      settings.socketConnectionSetupTimeoutMaxMs,
      environment.random.fork('setup'),
    )
  }

  /**
   * One attempt at a broker: all its addresses in their order, each with its time. `failures` are those that came before.
   * Rejects with the error of the last address, or at once with one that the others would give too.
   */
  async open(node: BrokerNode, failures: number, signal: AbortSignal): Promise<Opened> {
    const { settings, environment } = this.#options
    const addresses = await this.#within(environment.timer, this.#setupTimeouts.afterMs(failures + 1), node, signal, () =>
      this.#dialler.resolve(node.host),
    )
    let last: unknown
    for (const address of addresses) {
      try {
        return await this.#openAt(address, node, failures, signal)
      } catch (error) {
        if (signal.aborted || isHopeless(error)) throw error
        last = error
      }
    }
    throw last ?? new KafkaError('NETWORK_EXCEPTION', `The host name ${node.host} has no address (${settings.clientDnsLookup}).`)
  }

  /** Authenticates an open connection anew; gives when to do so again. */
  async reauthenticate(connection: Connection): Promise<number> {
    const { sasl } = this.#options
    const { versions } = connection
    if (sasl === undefined || versions === undefined) return Infinity
    const { metrics, environment } = this.#options
    const startMs = environment.clock.monotonic()
    try {
      const lifetimeMs = await authenticate(connection, versions, sasl)
      metrics?.reauthenticated.record(1)
      metrics?.reauthenticationLatency.record(environment.clock.monotonic() - startMs)
      return this.#reauthenticateAtMs(lifetimeMs)
    } catch (error) {
      metrics?.failedReauthentication.record(1)
      throw error
    }
  }

  async #openAt(address: IpAddress, node: BrokerNode, failures: number, signal: AbortSignal): Promise<Opened> {
    const { environment, settings, clientId, tls, sasl, traffic, metrics, onIntroduced } = this.#options
    const broker = nodeName(node)
    const connection = new Connection({
      clock: environment.clock,
      clientId,
      receiveMessageMaxBytes: settings.receiveMessageMaxBytes,
      broker,
      traffic,
      watch: metrics === undefined ? undefined : new ConnectionWatch(metrics, environment.clock, clientId, node),
    })
    const setUp = async (inTime: AbortSignal): Promise<Opened> => {
      const encryption = typeof tls === 'function' ? await tls() : tls
      const transport = await this.#dialler.dial({ address, port: node.port, host: node.host, tls: encryption }, connection, inTime)
      connection.attach(transport)
      const introduction = await introduce(connection)
      connection.versions = introduction.versions
      const lifetimeMs = sasl === undefined ? 0 : await this.#authenticate(connection, introduction.versions, sasl)
      onIntroduced(introduction)
      return { connection, reauthenticateAtMs: this.#reauthenticateAtMs(lifetimeMs) }
    }
    try {
      return await this.#within(environment.timer, this.#setupTimeouts.afterMs(failures + 1), node, signal, setUp)
    } catch (error) {
      connection.close(
        error instanceof KafkaError ? error : new KafkaError('NETWORK_EXCEPTION', `Broker ${broker} was given up.`, { cause: error }),
      )
      throw error
    }
  }

  async #authenticate(connection: Connection, versions: ApiRanges, sasl: SaslMechanism): Promise<number> {
    const { metrics } = this.#options
    try {
      const lifetimeMs = await authenticate(connection, versions, sasl)
      metrics?.authenticated.record(1)
      return lifetimeMs
    } catch (error) {
      metrics?.failedAuthentication.record(1)
      throw error
    }
  }

  /** Between 85 and 95 % of the session's life, as the Java client does, so that not all come at once. */
  #reauthenticateAtMs(lifetimeMs: number): number {
    if (lifetimeMs <= 0) return Infinity
    const { clock, random } = this.#options.environment
    return clock.monotonic() + lifetimeMs * (0.85 + 0.1 * random.nextFloat())
  }

  async #within<T>(
    timer: Environment['timer'],
    timeoutMs: number,
    node: BrokerNode,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted()
    const inTime = new AbortController()
    const { promise: givenUp, reject } = Promise.withResolvers<never>()
    const giveUp = (reason: unknown): void => {
      reject(reason)
      inTime.abort(reason)
    }
    const onAbort = (): void => giveUp(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    const timeout = timer.after(timeoutMs, () =>
      giveUp(
        new KafkaError('NETWORK_EXCEPTION', `Broker ${nodeName(node)} could not be connected to within ${Math.round(timeoutMs)} ms.`, {
          hint: 'Check host and port, firewalls, and socket.connection.setup.timeout.ms.',
        }),
      ),
    )
    try {
      return await Promise.race([work(inTime.signal), givenUp])
    } finally {
      timeout.cancel()
      signal.removeEventListener('abort', onAbort)
    }
  }
}

/** Whether another attempt, or another address, would fail in the same way until somebody changes something. */
export function isHopeless(error: unknown): boolean {
  return error instanceof KafkaError && (error.fatal || error.code === 'UNSUPPORTED_VERSION')
}
