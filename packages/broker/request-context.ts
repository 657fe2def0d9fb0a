import type { Clock } from '@odradek/common/time'
import type { Connection } from '@odradek/network'
import type { RequestHeader } from '@odradek/protocol'
import type { RequestContext } from './handler.ts'

/** One request on its way through the broker. */
export class RequestInFlight implements RequestContext {
  readonly connection: Connection
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string
  /** When the frame was complete, by the monotonic clock. */
  readonly receivedMs: number
  /** When the handler had done what could be done at once; undefined while it has not had to wait. */
  waitingSinceMs: number | undefined
  readonly #clock: Clock
  #releases: (() => void)[] | undefined

  constructor(connection: Connection, header: RequestHeader, clock: Clock) {
    this.connection = connection
    this.apiVersion = header.apiVersion
    this.correlationId = header.correlationId
    this.clientId = header.clientId ?? ''
    this.#clock = clock
    this.receivedMs = clock.monotonic()
  }

  get principal(): string {
    return 'User:ANONYMOUS'
  }

  get now(): number {
    return this.#clock.now()
  }

  get signal(): AbortSignal {
    return this.connection.signal
  }

  whenSent(release: () => void): void {
    this.#releases ??= []
    this.#releases.push(release)
  }

  /** What gives back all that the answer lent; undefined when it lent nothing. Whoever takes it calls it. */
  takeRelease(): (() => void) | undefined {
    const releases = this.#releases
    if (releases === undefined) return undefined
    this.#releases = undefined
    return () => {
      for (const release of releases) release()
    }
  }
}
