import type { Handler, RequestContext } from '@odradek/broker'
import { nearestName } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { CloseConnection } from '@odradek/network'
import { errorCode, errorNames } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import type { ActiveRule, SeenRequest, Step } from './rule.ts'
import { splitByTopic } from './topic-split.ts'
import type { TopicReference } from './topic-split.ts'

/** How requests are to fail. */
export interface Failure {
  /** Undefined: the connection is closed in the place of an answer. */
  readonly error: ErrorName | undefined
  readonly times: number
  /** The broker does what it is asked for, and then says that it failed. */
  readonly applied: boolean
  /** Only requests for which it gives true. */
  readonly meets: (request: SeenRequest) => boolean
  /** Only the parts of requests that concern this topic. */
  readonly topic: ((reference: TopicReference) => boolean) | undefined
}

/** Lets requests fail, so many times. */
export class FailStep implements Step {
  readonly #handler: Handler
  readonly #failure: Failure
  readonly #clearSessions = new Set<number>()
  #left: number

  constructor(handler: Handler, failure: Failure) {
    this.#handler = handler
    this.#failure = failure
    this.#left = failure.times
  }

  run(request: SeenRequest, next: (body: unknown) => unknown, context: RequestContext, rule: ActiveRule): unknown {
    const { topic, meets } = this.#failure
    if (this.#left <= 0 || !meets(request)) return next(request.body)
    if (topic === undefined) return this.#fail(request.body, next, context, rule)
    const parts = splitByTopic(request, topic, this.#clearSessions)
    if (parts.kind === 'none') return parts.watch === undefined ? next(request.body) : parts.watch(next(request.body))
    if (parts.kind === 'refused') return parts.answer
    if (parts.kind === 'all') return this.#fail(request.body, next, context, rule)
    const failed = this.#fail(parts.meant, next, context, rule)
    return joined(parts.others === undefined ? undefined : next(parts.others), failed, parts.join)
  }

  #fail(body: unknown, next: (body: unknown) => unknown, context: RequestContext, rule: ActiveRule): unknown {
    rule.hits++
    if (--this.#left <= 0) rule.remove()
    const { applied } = this.#failure
    if (!applied) return this.#answer(body, context)
    const done = next(body)
    return done instanceof Promise ? done.then(() => this.#answer(body, context)) : this.#answer(body, context)
  }

  #answer(body: unknown, context: RequestContext): unknown {
    const { error } = this.#failure
    // With acks=0 the client reads no answer.
    const isUnheard = this.#handler.api.name === 'Produce' && typeof body === 'object' && body !== null && 'acks' in body && body.acks === 0
    if (error === undefined || isUnheard) throw new CloseConnection('a test wanted it')
    return this.#handler.failed(body, errorCode(error), context)
  }
}

function joined(others: unknown, failed: unknown, join: (others: unknown, failed: unknown) => unknown): unknown {
  if (!(others instanceof Promise) && !(failed instanceof Promise)) return join(others, failed)
  return Promise.all([others, failed]).then(([a, b]) => join(a, b))
}

/** Throws a `UserError` for what is no error of Kafka's. */
export function checkErrorName(name: string): void {
  if (errorNames.some((known) => known === name) && name !== 'NONE') return
  const meant = nearestName(name, errorNames)
  throw new UserError(
    name === 'NONE'
      ? 'NONE is no error: to let a request pass needs no rule'
      : `Kafka has no error ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  )
}
