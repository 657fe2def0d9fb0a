import type { Handler, RequestContext } from '@odradek/broker'
import { nearestName } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import type { Timer } from '@odradek/common/time'
import { HeldRequests } from './held-requests.ts'
import { OpenConnections } from './open-connections.ts'
import { RecordedRequests } from './recorded-requests.ts'
import { ActiveRule } from './rule.ts'
import type { Rule, SeenRequest, Step } from './rule.ts'
import { WatchedHandler } from './watched-handler.ts'

/**
 * Where a test stands between the clients and the broker: it sees each request, and may hold it back, answer in the place of the
 * broker, or change what goes in and out.
 */
export class RequestDoor {
  readonly recorded = new RecordedRequests()
  readonly connections = new OpenConnections()
  readonly #held: HeldRequests
  readonly #handlers = new Map<string, Handler>()
  readonly #rules = new Map<string, readonly ActiveRule[]>()

  constructor(timer: Timer) {
    this.#held = new HeldRequests(timer)
  }

  /** The handler that is to stand in the place of another, and speaks no newer version than `newest`; undefined when it speaks none. */
  decorate(handler: Handler, newest = Number.POSITIVE_INFINITY): Handler | undefined {
    const { name, versions } = handler.api
    if (newest < versions[0]) return undefined
    this.#handlers.set(name, handler)
    const watch = {
      handle: (request: unknown, context: RequestContext) => this.#handle(handler, request, context),
      isSlow: () => this.#rules.get(name)?.some(({ isSlow }) => isSlow) === true,
    }
    return new WatchedHandler(handler, watch, newest)
  }

  /** The handler behind the door. Throws a `UserError` when the broker has no such API. */
  handlerOf(api: string): Handler {
    const handler = this.#handlers.get(api)
    if (handler !== undefined) return handler
    const meant = nearestName(api, this.#handlers.keys())
    throw new UserError(`This broker serves no API ${api}${meant === undefined ? '' : `; did you mean ${meant}?`}`)
  }

  add(api: string, what: { readonly delayMs?: number; readonly step?: Step; readonly isSlow?: boolean }): Rule {
    this.handlerOf(api)
    const added = new ActiveRule(what, (rule) => {
      const others = this.#rules.get(api)?.filter((other) => other !== rule) ?? []
      if (others.length === 0) this.#rules.delete(api)
      else this.#rules.set(api, others)
    })
    this.#rules.set(api, [...(this.#rules.get(api) ?? []), added])
    return added
  }

  /** Forgets all rules and requests. What was held back goes on. */
  clear(): void {
    this.#rules.clear()
    this.#held.release()
    this.recorded.clear()
  }

  #handle(handler: Handler, body: unknown, context: RequestContext): unknown {
    const { connection, clientId, apiVersion } = context
    const request = { api: handler.api.name, version: apiVersion, clientId, connection: connection.id, atMs: context.now, body }
    this.connections.seen(context)
    this.recorded.add(request, handler.api.key === produceKey ? bytesOf(body) : 0)
    const rules = this.#rules.get(handler.api.name)
    let delayMs = 0
    for (const rule of rules ?? []) {
      if (rule.delayMs > 0) rule.hits++
      delayMs += rule.delayMs
    }
    const waiting = this.#held.hold(connection, delayMs)
    const go = (): unknown => passThrough(rules ?? [], 0, request, context, (changed) => handler.handle(changed, context))
    return waiting === undefined ? go() : waiting.then(go)
  }
}

const produceKey = 0

/** The first rule is the outermost. */
function passThrough(
  rules: readonly ActiveRule[],
  index: number,
  request: SeenRequest,
  context: RequestContext,
  last: (body: unknown) => unknown,
): unknown {
  const rule = rules[index]
  if (rule === undefined) return last(request.body)
  const next = (body: unknown): unknown => passThrough(rules, index + 1, { ...request, body }, context, last)
  return rule.step === undefined ? next(request.body) : rule.step.run(request, next, context, rule)
}

/** Of the record batches in a Produce request. */
function bytesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (value instanceof Uint8Array) return value.length
  let bytes = 0
  for (const part of Object.values(value)) bytes += bytesOf(part)
  return bytes
}
