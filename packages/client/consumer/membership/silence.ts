import type { Environment } from '../../environment.ts'
import { coordinatorSilentChannel } from '../../tracing/channels.ts'
import type { CoordinatorSilentMessage } from '../../tracing/channels.ts'
import type { ConsumerGroupMetadata } from '../group-metadata.ts'
import type { GroupObserver } from './group-observer.ts'

export interface SilenceOptions {
  readonly environment: Environment
  readonly clientId: string
  readonly observer: GroupObserver
}

/**
 * Watches how long the coordinator has not spoken of a member. Each time that it is longer than the session timeout the operator hears of it:
 * a warning, an event (`odradek:consumer.coordinator-silent`), a metric.
 */
export class Silence {
  readonly #options: SilenceOptions
  #heardMs = 0
  #sinceMs: number | undefined

  constructor(options: SilenceOptions) {
    this.#options = options
  }

  /** The time of a session begins. */
  begin(): void {
    this.#heardMs = this.#nowMs()
  }

  /** Milliseconds until the coordinator will have been silent for so long. */
  leftMs(sessionTimeoutMs: number): number {
    return this.#heardMs + sessionTimeoutMs - this.#nowMs()
  }

  heard({ groupId }: ConsumerGroupMetadata): void {
    this.#heardMs = this.#nowMs()
    if (this.#sinceMs === undefined) return
    const silentMs = Math.round(this.#heardMs - this.#sinceMs)
    this.#options.environment.logger.info(`The coordinator of group ${groupId} answers again`, { groupId, silentMs })
    this.#sinceMs = undefined
  }

  /** Whether it is so long now; said once a session timeout. */
  isTooLong(sessionTimeoutMs: number, { groupId, memberId }: ConsumerGroupMetadata): boolean {
    if (this.leftMs(sessionTimeoutMs) > 0) return false
    const { environment, clientId, observer } = this.#options
    this.#sinceMs ??= this.#heardMs
    const silentMs = Math.round(this.#nowMs() - this.#sinceMs)
    environment.logger.warn(
      `The coordinator of group ${groupId} has answered no heartbeat for ${silentMs} ms, longer than the session timeout: ` +
        'the group may have given the partitions of this member to others. Looking for the coordinator anew.',
      { groupId, memberId, silentMs },
    )
    observer.coordinatorSilent(silentMs)
    if (coordinatorSilentChannel.hasSubscribers) {
      const message: CoordinatorSilentMessage = { clientId, groupId, memberId, silentMs }
      coordinatorSilentChannel.publish(message)
    }
    this.#heardMs = this.#nowMs() // the next warning comes after another session timeout
    return true
  }

  #nowMs(): number {
    return this.#options.environment.clock.monotonic()
  }
}
