/** How many connections the broker takes. */
export interface AdmissionLimits {
  readonly maxConnections: number
  /** Of the file descriptors that the process may have, sockets get so many. */
  readonly maxDescriptors: number
  readonly maxPerAddress: number
  /** Limits of their own for some addresses. */
  readonly perAddress: ReadonlyMap<string, number>
  readonly maxPerSecond: number
}

/** Decides which connections come in. Sans I/O: told of comings and goings, asked for the rest. */
export class Admission {
  readonly #limits: () => AdmissionLimits
  readonly #byAddress = new Map<string, number>()
  #connections = 0
  #tokens = Infinity
  #tokensAtMs = 0

  constructor(limits: () => AdmissionLimits) {
    this.#limits = limits
  }

  get connections(): number {
    return this.#connections
  }

  /** Undefined if the client may come in, and is counted then; else why it may not. */
  refuse(address: string, nowMs: number): string | undefined {
    const limits = this.#limits()
    const ofAddress = this.#byAddress.get(address) ?? 0
    const refusal = this.#refusal(limits, address, ofAddress) ?? this.#refuseRate(limits.maxPerSecond, nowMs)
    if (refusal !== undefined) return refusal
    this.#connections++
    this.#byAddress.set(address, ofAddress + 1)
    return undefined
  }

  left(address: string): void {
    this.#connections--
    const rest = (this.#byAddress.get(address) ?? 1) - 1
    if (rest === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, rest)
  }

  #refusal(limits: AdmissionLimits, address: string, ofAddress: number): string | undefined {
    if (this.#connections >= limits.maxConnections) return `there are ${limits.maxConnections} connections already (max.connections)`
    if (this.#connections >= limits.maxDescriptors) {
      return `there are ${limits.maxDescriptors} connections already, as many as the limit of open files leaves room for (ulimit -n)`
    }
    const own = limits.perAddress.get(address)
    const most = own ?? limits.maxPerAddress
    if (ofAddress < most) return undefined
    const setting = own === undefined ? 'max.connections.per.ip' : 'max.connections.per.ip.overrides'
    return `there are ${most} connections from this address already (${setting})`
  }

  /**
   * A bucket of tokens that holds as many as come in eleven seconds, the window over which Kafka takes its mean: a
   * thousand clients that come back after a restart get in at once.
   */
  #refuseRate(maxPerSecond: number, nowMs: number): string | undefined {
    const most = maxPerSecond * 11
    const since = Number.isFinite(this.#tokens) ? (nowMs - this.#tokensAtMs) / 1000 : 0
    this.#tokens = Math.min(most, this.#tokens + since * maxPerSecond)
    this.#tokensAtMs = nowMs
    if (this.#tokens < 1) return `more than ${maxPerSecond} connections a second come in (max.connection.creation.rate)`
    this.#tokens--
    return undefined
  }
}
