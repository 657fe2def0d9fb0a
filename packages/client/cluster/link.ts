import { Deferred } from '@odradek/common/async'
import { KafkaError } from '@odradek/protocol'
import type { Api } from '@odradek/protocol/schema'
import type { Environment } from '../environment.ts'
import { Alarm } from './alarm.ts'
import type { VersionBounds } from './api-ranges.ts'
import type { AnyCall } from './call.ts'
import { closedError } from './closed-error.ts'
import type { ClusterSettings } from './cluster-settings.ts'
import type { Connection } from './connection.ts'
import type { ExponentialBackoff } from './exponential-backoff.ts'
import { nodeName } from './metadata.ts'
import type { BrokerNode } from './metadata.ts'
import { isHopeless } from './opener.ts'
import type { Opened, Opener } from './opener.ts'

export interface LinkContext {
  readonly environment: Pick<Environment, 'clock' | 'timer' | 'logger'>
  readonly settings: ClusterSettings
  readonly opener: Opener
  readonly backoff: ExponentialBackoff
  /** Where the broker is to be found now; undefined when it is no longer known. */
  node(): BrokerNode | undefined
  /** A connection ended or could not be opened, other than by our own wish. */
  onLost(error: KafkaError): void
}

/**
 * One lane to one broker: at most one connection, opened when it is needed, and the calls that wait for it.
 *
 * Calls leave in the order in which they were made. They wait while there is no connection, while the broker wants nothing (throttling) and while the
 * connection authenticates anew; everything that was sent before is answered before, so nothing gets mixed up.
 */
export class Link {
  readonly #context: LinkContext
  readonly #alarm: Alarm
  readonly #waiting: AnyCall[] = []
  readonly #connecting: Deferred<void>[] = []
  #opened: Opened | undefined
  #reauthenticateAtMs = Infinity
  #isReauthenticating = false
  #opening: AbortController | undefined
  #failures = 0
  #hasFailed = false
  #retryAtMs = 0
  /** Monotonic; when an attempt was last made. */
  lastAttemptMs = -Infinity
  #isClosed = false

  constructor(context: LinkContext) {
    this.#context = context
    this.#alarm = new Alarm(context.environment, () => this.#look())
  }

  /** Whether a call would be sent at once. */
  get isReady(): boolean {
    return this.#sendable() !== undefined && this.#waiting.length === 0
  }

  get isConnected(): boolean {
    return this.#opened !== undefined
  }

  get isConnecting(): boolean {
    return this.#opening !== undefined
  }

  /** Whether the last attempt at a connection failed. */
  get hasFailed(): boolean {
    return this.#opened === undefined && this.#hasFailed
  }

  /** Calls that wait to be sent or answered. */
  get load(): number {
    return (
      this.#waiting.length +
      (this.#opened === undefined ? 0 : this.#opened.connection.inFlight.length + this.#opened.connection.leaving.length)
    )
  }

  /** Milliseconds until the next attempt; 0 when it would be made now, or there is a connection. */
  get backoffMs(): number {
    return this.#opened === undefined ? Math.max(0, this.#retryAtMs - this.#now()) : 0
  }

  submit(call: AnyCall, nowMs: number = this.#now()): void {
    if (call.isSettled) return
    if (this.#isClosed) return call.fail(closedError())
    const connection = this.#waiting.length === 0 ? this.#sendable(nowMs) : undefined
    if (connection !== undefined) return this.#send(connection, call, nowMs)
    // Time that the broker takes for itself is not part of what a call without a time of its own has.
    if (call.options.timeoutMs === undefined) call.deadlineMs += Math.max(0, (this.#opened?.connection.throttledUntilMs ?? 0) - nowMs)
    this.#waiting.push(call)
    this.#alarm.notAfter(call.deadlineMs)
    this.#pump()
  }

  /** Resolves when there is a connection; rejects when the attempt at one failed. */
  connect(): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError())
    if (this.#opened !== undefined) return Promise.resolve()
    const connected = new Deferred<void>()
    this.#connecting.push(connected)
    this.#pump()
    return connected.promise
  }

  /** Version of a call that `connect` has made possible. */
  pick(api: Pick<Api, 'key' | 'name' | 'versions'>, bounds: VersionBounds): number | undefined {
    const connection = this.#opened?.connection
    return connection?.versions?.pick(api, bounds, connection.broker)
  }

  /** The broker turned out to have this name. */
  rename(broker: string, id: number): void {
    this.#opened?.connection.rename(broker, id)
  }

  /** Ends the connection; calls that wait for it fail. The next call opens another. */
  disconnect(error: Error): void {
    this.#opening?.abort(error)
    this.#opening = undefined
    const connection = this.#opened?.connection
    this.#opened = undefined
    connection?.close(error)
    this.#failWaiting(error)
  }

  close(): void {
    this.#isClosed = true
    this.#alarm.cancel()
    this.#opened?.connection.flush()
    this.disconnect(closedError())
  }

  #now(): number {
    return this.#context.environment.clock.monotonic()
  }

  /** The connection, if a request may be sent on it now. */
  #sendable(nowMs: number = this.#now()): Connection | undefined {
    if (this.#opened === undefined || this.#isReauthenticating) return undefined
    const { connection } = this.#opened
    return nowMs < connection.throttledUntilMs || nowMs >= this.#reauthenticateAtMs ? undefined : connection
  }

  #send(connection: Connection, call: AnyCall, nowMs: number): void {
    try {
      call.version = connection.versions?.pick(call.api, call.options, connection.broker) ?? call.api.versions[1]
      const { requestTimeoutMs } = this.#context.settings
      const { timeoutMs } = call.options
      // Time that a call has spent waiting is not the broker's fault. A caller's own time is one for all.
      if (timeoutMs === undefined) call.deadlineMs = nowMs + requestTimeoutMs
      call.brokerDeadlineMs = nowMs + Math.max(requestTimeoutMs, timeoutMs ?? 0)
      connection.send(call, nowMs)
      this.#alarm.notAfter(call.deadlineMs)
    } catch (error) {
      call.fail(error)
    }
  }

  #pump(): void {
    if (this.#isClosed) return
    while (this.#waiting.length > 0) {
      const nowMs = this.#now()
      const connection = this.#sendable(nowMs)
      if (connection === undefined) break
      const call = this.#waiting.shift()
      if (call !== undefined && !call.isSettled) this.#send(connection, call, nowMs)
    }
    if (this.#opened === undefined) {
      if (this.#waiting.length > 0 || this.#connecting.length > 0) this.#open()
    } else if (this.#waiting.length > 0) {
      if (this.#now() >= this.#reauthenticateAtMs && !this.#isReauthenticating) void this.#reauthenticate(this.#opened.connection)
      this.#alarm.notAfter(Math.max(this.#opened.connection.throttledUntilMs, this.#now()))
    }
  }

  #open(): void {
    if (this.#opening !== undefined) return
    const waitMs = this.#retryAtMs - this.#now()
    if (waitMs > 0) return this.#alarm.notAfter(this.#retryAtMs)
    const node = this.#context.node()
    if (node === undefined) return this.#failWaiting(new KafkaError('NETWORK_EXCEPTION', 'The broker is no longer part of the cluster.'))
    const opening = new AbortController()
    this.#opening = opening
    this.lastAttemptMs = this.#now()
    this.#context.opener.open(node, this.#failures, opening.signal).then(
      (opened) => this.#didOpen(opening, opened),
      (error: unknown) => this.#didNotOpen(opening, node, error),
    )
  }

  #didOpen(opening: AbortController, opened: Opened): void {
    const { connection } = opened
    if (this.#opening !== opening) return connection.close(closedError())
    this.#opening = undefined
    if (connection.isClosed) {
      const error = new KafkaError('NETWORK_EXCEPTION', `Broker ${connection.broker} closed the connection.`)
      this.#failWaiting(error)
      return this.#lost(error)
    }
    this.#opened = opened
    this.#reauthenticateAtMs = opened.reauthenticateAtMs
    this.#isReauthenticating = false
    this.#failures = 0
    this.#hasFailed = false
    connection.onClosed = (error) => {
      if (this.#opened?.connection === connection) this.#lost(error)
    }
    for (const connected of this.#connecting.splice(0)) connected.resolve()
    this.#watchIdleness(connection)
    this.#pump()
  }

  #didNotOpen(opening: AbortController, node: BrokerNode, cause: unknown): void {
    if (this.#opening !== opening) return
    this.#opening = undefined
    const error =
      cause instanceof KafkaError
        ? cause
        : new KafkaError(
            'NETWORK_EXCEPTION',
            `Could not connect to broker ${nodeName(node)}: ${cause instanceof Error ? cause.message : String(cause)}.`,
            { cause },
          )
    const { logger } = this.#context.environment
    const attempt = this.#failures + 1
    // The first, second, fourth and so on: a broker that is away for an hour fills no disk.
    const isTold = (attempt & (attempt - 1)) === 0
    if (isHopeless(error)) logger.error(error.message, { broker: nodeName(node), hint: error.hint })
    else if (isTold) logger.warn(error.message, { broker: nodeName(node), attempt, ...(error.hint === '' ? {} : { hint: error.hint }) })
    this.#hasFailed = true
    this.#failWaiting(error)
    this.#lost(error)
  }

  #lost(error: KafkaError): void {
    this.#opened = undefined
    this.#retryAtMs = this.#now() + this.#context.backoff.afterMs(++this.#failures)
    this.#context.onLost(error)
    this.#pump()
  }

  #failWaiting(error: Error): void {
    for (const connected of this.#connecting.splice(0)) connected.reject(error)
    for (const call of this.#waiting.splice(0)) call.fail(error)
  }

  async #reauthenticate(connection: Connection): Promise<void> {
    this.#isReauthenticating = true
    try {
      this.#reauthenticateAtMs = await this.#context.opener.reauthenticate(connection)
    } catch (error) {
      connection.close(error instanceof KafkaError ? error : new KafkaError('SASL_AUTHENTICATION_FAILED', undefined, { cause: error }))
    }
    if (this.#opened?.connection !== connection) return
    this.#isReauthenticating = false
    if (connection.isClosed) this.#lost(new KafkaError('NETWORK_EXCEPTION', `Broker ${connection.broker} did not authenticate us anew.`))
    else this.#pump()
  }

  /** The alarm rang: whose time is over, and what can go on. */
  #look(): void {
    if (this.#isClosed) return
    this.#expireWaiting()
    const connection = this.#opened?.connection
    if (connection !== undefined) {
      this.#expireSent(connection)
      this.#watchIdleness(connection)
    }
    this.#pump()
  }

  #expireWaiting(): void {
    const now = this.#now()
    const node = this.#context.node()
    for (const call of this.#waiting) {
      if (call.deadlineMs <= now) call.expire(node === undefined ? 'A broker' : `Broker ${nodeName(node)}`)
      else this.#alarm.notAfter(call.deadlineMs)
    }
    const left = this.#waiting.filter(({ isSettled }) => !isSettled)
    this.#waiting.splice(0, this.#waiting.length, ...left)
  }

  #expireSent(connection: Connection): void {
    const now = this.#now()
    let isStuck = false
    for (const call of [...connection.inFlight, ...connection.leaving]) {
      if (call.deadlineMs <= now) call.expire(`Broker ${connection.broker}`)
      else if (!call.isSettled) this.#alarm.notAfter(call.deadlineMs)
      if (call.brokerDeadlineMs <= now) isStuck = true
      else if (call.brokerDeadlineMs < Infinity) this.#alarm.notAfter(call.brokerDeadlineMs)
    }
    if (!isStuck) return
    const error = new KafkaError(
      'NETWORK_EXCEPTION',
      `The connection to broker ${connection.broker} was closed: a request on it was not answered in time.`,
    )
    connection.close(error)
    this.#lost(error)
  }

  /** Closes a connection that nobody has used for `connections.max.idle.ms`. */
  #watchIdleness(connection: Connection): void {
    const { connectionsMaxIdleMs } = this.#context.settings
    if (connectionsMaxIdleMs < 0 || connection.isClosed) return
    const idleAtMs = connection.lastUsedMs + connectionsMaxIdleMs
    if (this.load > 0) return this.#alarm.notAfter(this.#now() + Math.max(1, connectionsMaxIdleMs))
    if (idleAtMs > this.#now()) return this.#alarm.notAfter(idleAtMs)
    this.#opened = undefined
    connection.close(new KafkaError('NETWORK_EXCEPTION', `The idle connection to broker ${connection.broker} was closed.`))
  }
}
