import type { Environment, RequestContext } from '@odradek/client'
import { KafkaError } from '@odradek/client'
import { observeRequests } from './network-events.ts'

/**
 * Emits REQUEST and REQUEST_TIMEOUT, as long as somebody listens to them.
 *
 * The client below does not say how long a request has waited for its turn, so `pendingDuration` is 0 and `createdAt` is `sentAt`; nor has it a queue of
 * requests that could be counted: REQUEST_QUEUE_SIZE is never emitted.
 */
export class NetworkWatch {
  readonly #clock: Environment['clock']
  readonly #emit: (name: 'request' | 'request_timeout', payload: RequestPayload) => void
  readonly #isWanted: () => boolean
  #stop: (() => void) | undefined

  constructor(client: 'producer' | 'consumer' | 'admin', clock: Environment['clock'], emitter: NetworkEmitter) {
    this.#clock = clock
    this.#emit = (name, payload) => emitter.emit(`${client}.network.${name}`, payload)
    this.#isWanted = () => emitter.hasListeners(`${client}.network.request`, `${client}.network.request_timeout`)
  }

  /** Listeners have come or gone. */
  update(): void {
    if (this.#isWanted() && this.#stop === undefined) {
      this.#stop = observeRequests(this.#clock, { sent: () => undefined, ended: (...ended) => this.#ended(...ended) })
    } else if (!this.#isWanted()) {
      this.#stop?.()
      this.#stop = undefined
    }
  }

  #ended(request: RequestContext, sentAt: number, error: unknown): void {
    const { api: apiName, apiKey, version: apiVersion, address: broker, clientId, correlationId, responseBytes: size = 0 } = request
    const payload = { apiName, apiKey, apiVersion, broker, clientId, correlationId, size, createdAt: sentAt, sentAt, pendingDuration: 0 }
    if (error === undefined) this.#emit('request', { ...payload, duration: Date.now() - sentAt })
    else if (error instanceof KafkaError && error.code === 'REQUEST_TIMED_OUT') this.#emit('request_timeout', payload)
  }
}

interface RequestPayload {
  readonly apiName: string
  readonly apiKey: number
  readonly apiVersion: number
  readonly broker: string
  readonly clientId: string
  readonly correlationId: number
  readonly createdAt: number
  readonly sentAt: number
  readonly pendingDuration: number
  readonly duration?: number
  readonly size?: number
}

/** Of an `Instrumentation` what is needed here. */
interface NetworkEmitter {
  emit(name: string, payload: unknown): void
  hasListeners(...names: readonly string[]): boolean
}
