import type { Random } from '@odradek/common/random'
import type { Clock } from '@odradek/common/time'
import { expiryOf } from './token.ts'
import type { BearerToken } from './token.ts'

/** When a token is replaced: `sasl.login.refresh.*`. */
export interface RefreshSettings {
  /** After which part of its life. */
  readonly windowFactor: number
  /** Random part added to that. */
  readonly windowJitter: number
  /** The least time between two tokens. */
  readonly minPeriodSeconds: number
  /** How long before its end it must be replaced. */
  readonly bufferSeconds: number
}

/**
 * Keeps a token until it should be replaced. Past that moment, but before its end, the old one still serves while a new one is fetched; a failure then is no failure yet.
 */
export class KeptToken {
  readonly #fetch: () => Promise<BearerToken>
  readonly #clock: Clock
  readonly #random: Random
  readonly #settings: RefreshSettings
  #token: BearerToken | undefined
  #expiresAtMs = -Infinity
  #refreshAtMs = -Infinity
  #fetching: Promise<BearerToken> | undefined

  constructor(options: {
    readonly fetch: () => Promise<BearerToken>
    readonly clock: Clock
    readonly random: Random
    readonly settings: RefreshSettings
  }) {
    this.#fetch = options.fetch
    this.#clock = options.clock
    this.#random = options.random
    this.#settings = options.settings
  }

  /** A token that is good now. Rejects when none can be had. */
  get(): Promise<BearerToken> {
    const now = this.#clock.now()
    if (this.#token === undefined || now >= this.#expiresAtMs) return this.#refresh()
    if (now >= this.#refreshAtMs) this.#refresh().catch(() => undefined)
    return Promise.resolve(this.#token)
  }

  #refresh(): Promise<BearerToken> {
    this.#fetching ??= this.#fetch()
      .then((token) => this.#keep(token))
      .finally(() => {
        this.#fetching = undefined
      })
    return this.#fetching
  }

  #keep(token: BearerToken): BearerToken {
    const now = this.#clock.now()
    const expiresAtMs = token.expiresAtMs ?? expiryOf(token.value)
    this.#token = token
    // Of a token without a known end nobody can say that it is still good; it serves one exchange.
    this.#expiresAtMs = expiresAtMs ?? now
    this.#refreshAtMs = expiresAtMs === undefined ? now : this.#whenToRefresh(now, expiresAtMs)
    return token
  }

  /** The window first; not so late that the buffer is lost, nor so early that the least period is. A life too short for both goes by the window alone. */
  #whenToRefresh(now: number, expiresAtMs: number): number {
    const { windowFactor, windowJitter, minPeriodSeconds, bufferSeconds } = this.#settings
    const byWindow = now + (expiresAtMs - now) * (windowFactor + windowJitter * this.#random.nextFloat())
    const earliest = now + 1000 * minPeriodSeconds
    const latest = expiresAtMs - 1000 * bufferSeconds
    return earliest > latest ? byWindow : Math.min(Math.max(byWindow, earliest), latest)
  }
}
