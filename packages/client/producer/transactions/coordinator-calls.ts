import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import { errorName, KafkaError } from '@odradek/protocol'
import type { CallOptions, Cluster, CoordinatorKind } from '../../cluster/cluster.ts'
import type { ExponentialBackoff } from '../../cluster/exponential-backoff.ts'
import type { Environment } from '../../environment.ts'
import { errorOf, isCoordinatorError } from '../../errors/index.ts'

export interface CoordinatorCallsParts {
  readonly environment: Pick<Environment, 'timer' | 'logger'>
  readonly cluster: Cluster
  readonly backoff: ExponentialBackoff
  /** Nobody wants to know any more. */
  readonly isStopped: () => boolean
}

export interface Question<Q extends Fields, S extends Fields> {
  readonly kind: CoordinatorKind
  readonly key: string
  readonly api: Api<Q, S>
  readonly request: (version: number) => WriteOf<Q>
  readonly options?: Pick<CallOptions, 'minVersion' | 'maxVersion'> | undefined
  /** The code to judge by, of an answer that may have several; 0 when all is well. */
  readonly codeOf: (answer: ReadOf<S>) => number
  /** Codes after which the coordinator is looked up anew, beside the usual ones. */
  readonly alsoMoved?: readonly string[] | undefined
  /** Milliseconds until the next attempt, where they are not the usual ones. */
  readonly backoffMs?: ((code: string) => number | undefined) | undefined
  /** For messages: `committing the transaction shop-1`. */
  readonly what: string
}

/** Asks a coordinator until it gives an answer that is not "try again": looks it up, waits, looks it up anew. */
export class CoordinatorCalls {
  readonly #parts: CoordinatorCallsParts

  constructor(parts: CoordinatorCallsParts) {
    this.#parts = parts
  }

  /** Rejects with the first error that will not go away by itself. */
  async ask<Q extends Fields, S extends Fields>(question: Question<Q, S>): Promise<ReadOf<S>> {
    const { cluster, backoff, environment, isStopped } = this.#parts
    const { kind, key, api, request, options, codeOf, what } = question
    for (let attempt = 1; ; attempt++) {
      let error: unknown
      try {
        const broker = await cluster.coordinator(kind, key)
        const answer = await cluster.call(broker, api, request, options)
        const code = codeOf(answer)
        if (code === 0) return answer
        error = errorOf(code, what)
      } catch (failure) {
        error = failure
        if (failure instanceof KafkaError && (failure.code === 'NETWORK_EXCEPTION' || failure.code === 'REQUEST_TIMED_OUT'))
          cluster.forgetCoordinator(kind, key)
      }
      if (!(error instanceof KafkaError) || !error.retriable || isStopped()) throw error
      const name = errorName(error.wireCode)
      if (isCoordinatorError(name) || question.alsoMoved?.includes(name) === true) cluster.forgetCoordinator(kind, key)
      environment.logger.debug(`Trying again: ${error.message}`, { attempt })
      await this.#sleep(question.backoffMs?.(name) ?? backoff.afterMs(attempt))
      if (isStopped()) throw error
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.environment.timer.after(ms, resolve)
    })
  }
}
