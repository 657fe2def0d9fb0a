import type { Clock } from '@odradek/common/time'
import type { ConnectionMetrics, NodeMetrics } from '../metrics/index.ts'
import { requestChannel } from '../tracing/channels.ts'
import type { RequestContext } from '../tracing/channels.ts'
import type { AnyCall } from './call.ts'
import type { BrokerNode } from './metadata.ts'

interface Sent {
  readonly atMs: number
  /** Only while somebody listens in. */
  readonly context: RequestContext | undefined
}

/** Counts what happens on one connection, and tells it to those who listen in. */
export class ConnectionWatch {
  readonly #all: ConnectionMetrics
  #node: NodeMetrics
  readonly #clock: Clock
  readonly #clientId: string
  readonly #address: string
  #broker: number
  readonly #inFlight = new Map<AnyCall, Sent>()

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

  wrote(bytes: number): void {
    this.#all.sent.record(bytes)
    this.#node.sent.record(bytes)
  }

  received(bytes: number): void {
    this.#all.received.record(bytes)
    this.#node.received.record(bytes)
  }

  sent(call: AnyCall, bytes: number): void {
    this.#all.requests.record(bytes)
    this.#node.requests.record(bytes)
    this.#all.requestsInFlight++
    this.#inFlight.set(call, {
      atMs: this.#clock.monotonic(),
      context: requestChannel.hasSubscribers ? this.#announce(call, bytes) : undefined,
    })
  }

  answered(call: AnyCall, bytes: number): void {
    const sent = this.#end(call)
    if (sent === undefined) return
    this.#all.responses.record(1)
    this.#node.responses.record(1)
    this.#node.latency.record(this.#clock.monotonic() - sent.atMs)
    if (sent.context === undefined) return
    sent.context.responseBytes = bytes
    requestChannel.asyncEnd.publish(sent.context)
  }

  /** There will be no answer. */
  ended(call: AnyCall, error?: Error): void {
    const context = this.#end(call)?.context
    if (context === undefined) return
    if (error !== undefined) {
      context.error = error
      requestChannel.error.publish({ ...context, error })
    }
    requestChannel.asyncEnd.publish(context)
  }

  #end(call: AnyCall): Sent | undefined {
    const sent = this.#inFlight.get(call)
    if (sent === undefined) return undefined
    this.#inFlight.delete(call)
    this.#all.requestsInFlight--
    return sent
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
