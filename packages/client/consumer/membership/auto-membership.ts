import { KafkaError } from '@odradek/protocol'
import type { Waiting } from '../../waiting.ts'
import type { ConsumerGroupMetadata } from '../group-metadata.ts'
import { backoffMs } from './backoff.ts'
import { chooseProtocol } from './choose.ts'
import { delay } from './delay.ts'
import { fatalGroupError } from './group-errors.ts'
import type { Membership, MembershipHost, RejectedCommit, Subscription } from './membership.ts'
import type { MembershipOptions } from './membership-options.ts'

export interface AutoOptions extends MembershipOptions {
  readonly groupId: string
  readonly make: (protocol: 'classic' | 'consumer', host: MembershipHost) => Membership
}

/**
 * `group.protocol=auto`: looks what the cluster can do when the consumer subscribes, and is a membership of that protocol from then on. A cluster
 * that announces groups of KIP-848 and then refuses them gets the classic protocol after all.
 */
export class AutoMembership implements Membership {
  readonly #options: AutoOptions
  #chosen: Membership | undefined
  #subscription: Subscription | undefined
  #choosing: AbortController | undefined

  constructor(options: AutoOptions) {
    this.#options = options
  }

  get group(): ConsumerGroupMetadata {
    const { groupId, settings } = this.#options
    return this.#chosen?.group ?? { groupId, generationId: -1, memberId: '', groupInstanceId: settings.groupInstanceId }
  }

  get protocol(): 'classic' | 'consumer' | undefined {
    return this.#chosen?.protocol
  }

  get isStable(): boolean {
    return this.#chosen?.isStable === true
  }

  get isJoining(): boolean {
    return this.#chosen === undefined ? this.#choosing !== undefined : this.#chosen.isJoining
  }

  subscribe(subscription: Subscription): void {
    this.#subscription = subscription
    if (this.#chosen !== undefined) this.#chosen.subscribe(subscription)
    else if (this.#choosing === undefined) void this.#choose()
  }

  rejoin(reason: string): void {
    if (this.#chosen !== undefined) this.#chosen.rejoin(reason)
    else if (this.#subscription !== undefined) this.subscribe(this.#subscription)
  }

  rejected(commit: RejectedCommit): void {
    this.#chosen?.rejected(commit)
  }

  async expelSelf(reason: string): Promise<void> {
    this.#stopChoosing()
    await this.#chosen?.expelSelf(reason)
  }

  async leave(how: 'leave' | 'remain' | 'default', options: Waiting & { readonly reason: string }): Promise<void> {
    this.#stopChoosing()
    this.#subscription = undefined
    await this.#chosen?.leave(how, options)
  }

  abandon(): void {
    this.#stopChoosing()
    this.#subscription = undefined
    this.#chosen?.abandon()
  }

  async #choose(): Promise<void> {
    const { cluster, settings, environment, host } = this.#options
    const choosing = new AbortController()
    const { signal } = choosing
    this.#choosing = choosing
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const protocol = await chooseProtocol(cluster, settings, { timeoutMs: settings.requestTimeoutMs, signal })
        if (!signal.aborted) this.#begin(protocol)
        return
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof KafkaError) || !error.retriable) {
          this.#stopChoosing()
          host.fail(fatalGroupError(error, 'looking for the protocol', settings))
          return
        }
        await delay(environment.timer, backoffMs(attempt, settings, environment.random), signal).catch(() => {})
      }
    }
  }

  #begin(protocol: 'classic' | 'consumer'): void {
    const { make, host, environment, groupId, settings } = this.#options
    this.#stopChoosing()
    if (this.#subscription === undefined) return
    if (protocol === 'classic' && this.#subscription.re2j !== undefined) {
      const error = new KafkaError(
        'UNSUPPORTED_VERSION',
        'UNSUPPORTED_VERSION: patterns of RE2/J are matched by the broker, and this one can’t.',
      )
      host.fail(fatalGroupError(error, 'subscribing', settings))
      return
    }
    environment.logger.debug(`Group ${groupId} is joined by the ${protocol} protocol`)
    this.#chosen = make(protocol, protocol === 'consumer' ? this.#withFallback() : host)
    this.#chosen.subscribe(this.#subscription)
  }

  /** The host, as a membership of the new protocol sees it: if the broker refuses the protocol, the host hears nothing, and classic begins. */
  #withFallback(): MembershipHost {
    const { host, environment, groupId } = this.#options
    return {
      get owned() {
        return host.owned
      },
      revoke: (partitions) => host.revoke(partitions),
      lose: (partitions) => host.lose(partitions),
      assign: (partitions) => host.assign(partitions),
      commitProcessed: (timeoutMs) => host.commitProcessed(timeoutMs),
      fail: (error) => {
        if (!(error instanceof KafkaError) || error.code !== 'UNSUPPORTED_VERSION') {
          host.fail(error)
          return
        }
        environment.logger.info(`The broker refuses the consumer protocol: group ${groupId} is joined by the classic one`, {
          cause: error.message,
        })
        this.#chosen?.abandon()
        this.#chosen = undefined
        this.#begin('classic')
      },
    }
  }

  #stopChoosing(): void {
    this.#choosing?.abort()
    this.#choosing = undefined
  }
}
