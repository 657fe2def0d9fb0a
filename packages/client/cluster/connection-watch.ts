import type { Clock } from '@odradek/common/time'
import type { ConnectionMetrics, NodeMetrics } from '../metrics/index.ts'
import { requestChannel } from '../tracing/channels.ts'
import type { RequestContext } from '../tracing/channels.ts'
import type { AnyCall } from './call.ts'
import type { BrokerNode } from './metadata.ts'

/** Counts what happens on one connection, and tells it to those who listen in. `nowMs` is monotonic: the connection reads the clock once for all. */
export class ConnectionWatch {
  readonly #all: ConnectionMetrics
  #node: NodeMetrics
  readonly #clock: Clock
  readonly #clientId: string
  readonly #address: string
  #broker: number

  constructor(metrics: ConnectionMetrics, clock: Clock, clientId: string, { id, host, port }: BrokerNode) {
    this.#all = metrics
    this.#node = metrics.node(id)
    this.#clock = clock
    this.#clientId = clientId
    this.#address = `${host}:${port}`
    this.#broker = id
  }

  /** The broker at a bootstrap address has turned out to be this one. */
  moveTo(broker: number): void {
    this.#broker = broker
    this.#node = this.#all.node(broker)
  }

  opened(): void {
    this.#all.created.record(1)
    this.#all.openConnections++
  }

  closed(): void {
    this.#all.closed.record(1)
    this.#all.openConnections--
  }

  wrote(bytes: number, nowMs: number): void {
    this.#all.sent.record(bytes, nowMs)
    this.#node.sent.record(bytes, nowMs)
  }

  received(bytes: number, nowMs: number): void {
    this.#all.received.record(bytes, nowMs)
    this.#node.received.record(bytes, nowMs)
  }

  sent(call: AnyCall, bytes: number, nowMs: number): void {
    this.#all.requests.record(bytes, nowMs)
    this.#node.requests.record(bytes, nowMs)
    this.#all.requestsInFlight++
    call.sentAtMs = nowMs
    if (requestChannel.hasSubscribers) call.context = this.#announce(call, bytes)
  }

  answered(call: AnyCall, bytes: number, nowMs: number): void {
    this.#all.requestsInFlight--
    this.#all.responses.record(1, nowMs)
    this.#node.responses.record(1, nowMs)
    this.#node.latency.record(nowMs - call.sentAtMs, nowMs)
    const { context } = call
    if (context === undefined) return
    call.context = undefined
    context.responseBytes = bytes
    requestChannel.asyncEnd.publish(context)
  }

  /** There will be no answer. */
  ended(call: AnyCall, error?: Error): void {
    this.#all.requestsInFlight--
    const { context } = call
    if (context === undefined) return
    call.context = undefined
    if (error !== undefined) {
      context.error = error
      requestChannel.error.publish({ ...context, error })
    }
    requestChannel.asyncEnd.publish(context)
  }

  #announce(call: AnyCall, requestBytes: number): RequestContext {
    const context: RequestContext = {
      clientId: this.#clientId,
      clock: this.#clock,
      api: call.api.name,
      apiKey: call.api.key,
      version: call.version,
      broker: this.#broker,
      address: this.#address,
      correlationId: call.correlationId,
      requestBytes,
    }
    requestChannel.start.publish(context)
    return context
  }
}
