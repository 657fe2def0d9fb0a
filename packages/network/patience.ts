/** How long a connection may take for what. Milliseconds. */
export interface PatienceLimits {
  /** Without a request: `connections.max.idle.ms`. */
  readonly idleMs: number
  /** From the first byte of a request to its last, or for each MiB of a large one: `request.receive.timeout.ms`. */
  readonly receiveMs: number
  /** For an answer, or for each MiB of a large one: `response.send.timeout.ms`. */
  readonly sendMs: number
}

/** What there is to see of a connection at this moment. */
export interface Sight {
  readonly isInProcess: boolean
  /** Requests that have come. */
  readonly frames: number
  readonly receivedBytes: number
  /** A request has begun to come and we are reading. */
  readonly isPartial: boolean
  /** The write that the socket has not finished; another object is another write. */
  readonly writing: object | undefined
}

/** What a connection has lost our patience by. */
export interface Impatience {
  readonly reason: string
  /** An idle connection is closed as a matter of course: no line in the log. */
  readonly isQuiet: boolean
}

/**
 * The time-outs of one connection, without a timer and without a look at the clock for each request.
 *
 * Somebody looks every second or so: what looks the same as last time has been so since then. So a time-out comes up to
 * one such interval late, and a request that comes and goes between two looks costs nothing.
 */
export class Patience {
  /** A request or an answer is on its way, and nothing has moved since the last look. */
  isStagnant = false
  #activeMs: number
  #receivedBytes = 0
  #frames = 0
  #partialSinceMs = -1
  #partialMebibytes = 0
  #writing: object | undefined
  #writingSinceMs = 0

  constructor(nowMs: number) {
    this.#activeMs = nowMs
  }

  /** What the connection is to be closed for, if anything. */
  look(nowMs: number, limits: PatienceLimits, sight: Sight): Impatience | undefined {
    const hasMoved = sight.receivedBytes !== this.#receivedBytes || sight.writing !== this.#writing
    this.isStagnant = !hasMoved && (sight.isPartial || sight.writing !== undefined)
    const lost = this.#lookAtRequest(nowMs, limits, sight) ?? this.#lookAtAnswer(nowMs, limits, sight)
    if (hasMoved || sight.isInProcess || sight.writing !== undefined) this.#activeMs = nowMs
    this.#receivedBytes = sight.receivedBytes
    this.#frames = sight.frames
    if (lost === undefined && nowMs - this.#activeMs >= limits.idleMs) return { reason: 'it was idle', isQuiet: true }
    return lost
  }

  #lookAtRequest(nowMs: number, limits: PatienceLimits, sight: Sight): Impatience | undefined {
    const mebibytes = Math.floor(sight.receivedBytes / 1_048_576)
    const isAnother = sight.frames !== this.#frames || mebibytes !== this.#partialMebibytes
    this.#partialMebibytes = mebibytes
    if (!sight.isPartial) this.#partialSinceMs = -1
    else if (this.#partialSinceMs < 0 || isAnother) this.#partialSinceMs = nowMs
    else if (nowMs - this.#partialSinceMs >= limits.receiveMs) {
      return { reason: `a request did not come to its end within ${limits.receiveMs} ms (request.receive.timeout.ms)`, isQuiet: false }
    }
    return undefined
  }

  #lookAtAnswer(nowMs: number, limits: PatienceLimits, sight: Sight): Impatience | undefined {
    if (sight.writing !== this.#writing) {
      this.#writing = sight.writing
      this.#writingSinceMs = nowMs
    } else if (sight.writing !== undefined && nowMs - this.#writingSinceMs >= limits.sendMs) {
      return { reason: `the client did not read an answer within ${limits.sendMs} ms (response.send.timeout.ms)`, isQuiet: false }
    }
    return undefined
  }
}
