import type { Handler, RequestContext } from '@odradek/broker'
import { EncodedAnswer } from '@odradek/broker'
import { ByteReader } from '@odradek/common/bytes'
import type { ActiveRule, SeenRequest, Step } from './rule.ts'

/** What a test does with a request and its answer. */
export type Intercepting = (request: SeenRequest, next: (body?: unknown) => Promise<unknown>) => unknown

/** Lets a test answer, or see and change what goes in and out. */
export class InterceptStep implements Step {
  readonly #handler: Handler
  readonly #intercepting: Intercepting

  constructor(handler: Handler, intercepting: Intercepting) {
    this.#handler = handler
    this.#intercepting = intercepting
  }

  run(request: SeenRequest, next: (body: unknown) => unknown, { apiVersion }: RequestContext, rule: ActiveRule): unknown {
    rule.hits++
    return this.#intercepting(request, async (body = request.body) => this.#readable(await next(body), apiVersion))
  }

  /** Some answers are encoded before they are asked for; a test wants to see their fields. */
  #readable(answer: unknown, version: number): unknown {
    return answer instanceof EncodedAnswer ? this.#handler.api.decodeResponse(new ByteReader(answer.body), version) : answer
  }
}
