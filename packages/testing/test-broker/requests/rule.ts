import type { RequestContext } from '@odradek/broker'

/** Something that was asked for with `failNext`, `delay` or `intercept`, and holds until it is used up, taken back, or the broker is reset. */
export interface Rule {
  /** How many requests it has met so far. */
  readonly hits: number
  /** Takes it back; nothing happens when it holds no more. */
  remove(): void
  [Symbol.dispose](): void
}

/** A request as rules see it. */
export interface SeenRequest {
  readonly api: string
  readonly version: number
  readonly clientId: string
  readonly connection: number
  readonly atMs: number
  readonly body: unknown
}

/** What a rule does with a request, which may be one that it does not mean. `next` hands it on, with its fields or with others. */
export interface Step {
  run(request: SeenRequest, next: (body: unknown) => unknown, context: RequestContext, rule: ActiveRule): unknown
}

/** A rule among those of its API. */
export class ActiveRule implements Rule {
  hits = 0
  /** How long a request waits before anything else happens to it. */
  readonly delayMs: number
  /** Undefined: it only delays. */
  readonly step: Step | undefined
  /** Whether requests of a connection must not be handled side by side: what is done with one may take a while. */
  readonly isSlow: boolean
  readonly #remove: (rule: ActiveRule) => void

  constructor(what: { readonly delayMs?: number; readonly step?: Step; readonly isSlow?: boolean }, remove: (rule: ActiveRule) => void) {
    this.delayMs = what.delayMs ?? 0
    this.step = what.step
    this.isSlow = what.isSlow ?? false
    this.#remove = remove
  }

  remove(): void {
    this.#remove(this)
  }

  [Symbol.dispose](): void {
    this.remove()
  }
}
