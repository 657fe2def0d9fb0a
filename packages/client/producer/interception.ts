import type { InterceptedRecord, ProducerInterceptor } from '../interceptors.ts'
import type { ClientLogger } from '../logger.ts'
import type { Topic } from '../topic.ts'
import type { AnyRecord } from './accumulator.ts'
import type { Done } from './producer.ts'

/** Lets interceptors see what is sent and what becomes of it. One that throws is logged, and passed over. */
export class Interception {
  readonly #interceptors: readonly ProducerInterceptor[]
  readonly #logger: ClientLogger

  constructor(interceptors: readonly ProducerInterceptor[], logger: ClientLogger) {
    this.#interceptors = interceptors
    this.#logger = logger
  }

  onSend(given: string | Topic, record: AnyRecord): { readonly topic: string | Topic; readonly record: AnyRecord } {
    const name = typeof given === 'string' ? given : given.name
    let seen: InterceptedRecord = { ...record, topic: name }
    for (const interceptor of this.#interceptors) {
      try {
        const changed: unknown = interceptor.onSend?.(seen)
        if (isRecord(changed)) seen = changed
        else if (changed !== undefined && changed !== null) this.#gaveNoRecord(changed)
      } catch (error) {
        this.#threw('onSend', error)
      }
    }
    // A typed topic has serdes of its own; its records can't go elsewhere.
    return { topic: typeof given === 'string' ? seen.topic : given, record: seen }
  }

  /** Undefined: nobody wants to know. */
  onAcknowledgement(given: string | Topic, record: AnyRecord, nowMs: number): Done | undefined {
    const listening = this.#interceptors.filter((interceptor) => 'onAcknowledgement' in interceptor)
    if (listening.length === 0) return undefined
    const topic = typeof given === 'string' ? given : given.name
    const timestamp = record.timestamp ?? nowMs
    return (error, partition, offset) => {
      for (const interceptor of listening) {
        try {
          interceptor.onAcknowledgement?.({ topic, partition, offset, timestamp }, error)
        } catch (thrown) {
          this.#threw('onAcknowledgement', thrown)
        }
      }
    }
  }

  #gaveNoRecord(changed: unknown): void {
    // A promise that nobody waits for should not end the process either.
    if (changed instanceof Promise) changed.catch(() => undefined)
    const what =
      changed instanceof Promise
        ? 'a promise'
        : typeof changed === 'object'
          ? 'an object that is none'
          : `something of type ${typeof changed}`
    this.#logger.warn(`onSend of an interceptor has to give the record that is sent, and gave ${what}: the record is sent as it was`)
  }

  #threw(method: string, error: unknown): void {
    this.#logger.warn(`${method} of an interceptor has thrown: ${error instanceof Error ? error.message : String(error)}`, { error })
  }
}

const isRecord = (value: unknown): value is InterceptedRecord =>
  typeof value === 'object' && value !== null && 'topic' in value && typeof value.topic === 'string' && 'value' in value
