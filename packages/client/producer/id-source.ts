import { InitProducerId } from '@odradek/protocol/messages'
import { KafkaError } from '@odradek/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { ExponentialBackoff } from '../cluster/exponential-backoff.ts'
import type { Environment } from '../environment.ts'
import { errorOf } from '../errors/index.ts'
import { hintFor } from './hints.ts'
import type { ProducerIdentity } from './producer-identity.ts'

/** The longest that can be written; without transactions nobody looks at it. */
const noTimeoutMs = 2 ** 31 - 1

export interface IdSourceParts {
  readonly environment: Pick<Environment, 'timer' | 'logger'>
  readonly cluster: Pick<Cluster, 'anyBroker' | 'call'>
  readonly backoff: ExponentialBackoff
  readonly identity: ProducerIdentity
  /** Whether anybody still wants to send. */
  readonly isWanted: () => boolean
  readonly ready: () => void
  /** No broker will give an id to this client. */
  readonly failed: (error: KafkaError) => void
}

/** Gets the producer id of an idempotent producer, from any broker, when the first batch needs it; tried until there is one. */
export class IdSource {
  readonly #parts: IdSourceParts
  #isAsking = false

  constructor(parts: IdSourceParts) {
    this.#parts = parts
  }

  fetch(): void {
    if (this.#isAsking) return
    this.#isAsking = true
    void this.#ask(1)
  }

  async #ask(attempt: number): Promise<void> {
    const { cluster, identity, environment, backoff, isWanted, ready, failed } = this.#parts
    try {
      const broker = await cluster.anyBroker()
      const answer = await cluster.call(broker, InitProducerId, { transactionalId: null, transactionTimeoutMs: noTimeoutMs })
      if (answer.errorCode !== 0) throw errorOf(answer.errorCode, `asking broker ${broker} for a producer id`)
      identity.become(answer.producerId, answer.producerEpoch)
      environment.logger.debug(`Producer id ${answer.producerId}, epoch ${answer.producerEpoch}`)
      this.#isAsking = false
      ready()
    } catch (error) {
      if (error instanceof KafkaError && error.retriable && isWanted()) {
        environment.timer.after(backoff.afterMs(attempt), () => void this.#ask(attempt + 1))
        return
      }
      this.#isAsking = false
      if (!isWanted()) return
      const shown = error instanceof KafkaError ? error : new KafkaError('UNKNOWN_SERVER_ERROR', String(error), { cause: error })
      failed(new KafkaError(shown.code, `No producer id for idempotence: ${shown.message}`, { cause: error, hint: hintFor(shown.code) }))
    }
  }
}
