import { KafkaError } from '@odradek/protocol'
import { Heartbeat } from '@odradek/protocol/messages'
import type { Cancellable } from '@odradek/common/time'
import type { Environment } from '../../../environment.ts'
import type { ConsumerGroupMetadata } from '../../group-metadata.ts'
import { backoffMs } from '../backoff.ts'
import type { GroupCalls } from '../group-calls.ts'
import type { GroupObserver } from '../group-observer.ts'
import type { GroupSettings } from '../group-settings.ts'
import { Silence } from '../silence.ts'

/** What heartbeats are told, and whom they speak for. */
export interface HeartbeatHost {
  readonly group: ConsumerGroupMetadata
  /** A request is on its way behind which a heartbeat would wait. */
  readonly isJoining: boolean
  /** `heard`: the coordinator spoke of this member. `moved`: it is another broker. `failed`: try again. */
  answered(code: number, sentAs: ConsumerGroupMetadata): 'heard' | 'moved' | 'failed'
}

/**
 * Tells the coordinator every `heartbeat.interval.ms` that the member is alive, on timers alone: whatever the application does, and
 * while the member gives partitions back, joins and takes partitions.
 *
 * When nothing was answered for the session timeout the coordinator is looked up anew, and the operator hears of it.
 */
export class Heartbeats {
  readonly #host: HeartbeatHost
  readonly #calls: GroupCalls
  readonly #settings: GroupSettings
  readonly #environment: Environment
  readonly #observer: GroupObserver
  #timer: Cancellable | undefined
  /** Of the heartbeats since `start`; the answer to an older one counts no more. */
  #session: AbortController | undefined
  readonly #silence: Silence
  #failures = 0

  constructor(host: HeartbeatHost, options: HeartbeatOptions) {
    this.#host = host
    this.#calls = options.calls
    this.#settings = options.settings
    this.#environment = options.environment
    this.#observer = options.observer
    this.#silence = new Silence({ environment: options.environment, clientId: options.settings.clientId, observer: options.observer })
  }

  /** Begins, or begins anew after a JoinGroup was answered: the session timeout runs from now. */
  start(): void {
    this.#silence.begin()
    this.#failures = 0
    if (this.#session !== undefined) return
    this.#session = new AbortController()
    this.#schedule(this.#settings.heartbeatIntervalMs)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#session?.abort()
    this.#session = undefined
  }

  #schedule(ms: number): void {
    this.#timer = this.#environment.timer.after(ms, () => void this.#beat())
  }

  async #beat(): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    const { clock } = this.#environment
    const sentMs = clock.monotonic()
    const nextMs = await this.#send(session.signal, sentMs)
    if (session.signal.aborted) return
    if (this.#silence.isTooLong(this.#settings.sessionTimeoutMs, this.#host.group)) this.#calls.forgetCoordinator()
    // The interval is from one heartbeat to the next, not from the answer.
    this.#schedule(Math.max(0, nextMs - (clock.monotonic() - sentMs)))
  }

  /** One heartbeat. Resolves with when, after its sending, the next one is due. */
  async #send(signal: AbortSignal, sentMs: number): Promise<number> {
    const { clock } = this.#environment
    const { requestTimeoutMs, sessionTimeoutMs, heartbeatIntervalMs } = this.#settings
    const sentAs = this.#host.group
    // A time-out closes the connection, so even the last attempt of a session gets some.
    const leftMs = Math.max(heartbeatIntervalMs, this.#silence.leftMs(sessionTimeoutMs))
    try {
      const { groupId, generationId, memberId, groupInstanceId } = sentAs
      const answer = await this.#calls.ask(
        Heartbeat,
        (version) => ({ groupId, generationId, memberId, ...(version < 3 ? {} : { groupInstanceId: groupInstanceId ?? null }) }),
        {
          lane: this.#host.isJoining ? 'main' : 'coordinator',
          timeoutMs: Math.min(requestTimeoutMs, leftMs),
          lookUpMs: leftMs,
          signal,
        },
      )
      if (signal.aborted) return 0
      this.#observer.heartbeat(clock.monotonic() - sentMs)
      const meaning = this.#host.answered(answer.errorCode, sentAs)
      if (meaning === 'moved') this.#calls.forgetCoordinator()
      if (meaning === 'heard') {
        this.#silence.heard(sentAs)
        this.#failures = 0
        return heartbeatIntervalMs
      }
    } catch (error) {
      if (signal.aborted) return 0
      this.#environment.logger.debug(`No answer to the heartbeat of group ${this.#calls.groupId}`, { error: describe(error) })
    }
    return clock.monotonic() - sentMs + backoffMs(this.#failures++, this.#settings, this.#environment.random)
  }
}

export interface HeartbeatOptions {
  readonly calls: GroupCalls
  readonly settings: GroupSettings
  readonly environment: Environment
  readonly observer: GroupObserver
}

function describe(error: unknown): string {
  return error instanceof KafkaError ? error.code : String(error)
}
