import { Deferred } from '@odradek/common/async'
import type { Cluster } from '../cluster/cluster.ts'
import type { Environment } from '../environment.ts'
import type { Partitions } from '../partitions.ts'
import { rebalanceChannel } from '../tracing/channels.ts'
import type { RebalanceMessage } from '../tracing/channels.ts'
import type { Committing } from './committing.ts'
import type { Listening } from './consumer.ts'
import type { Reader } from './fetch/reader.ts'
import type { Inside } from './inside.ts'
import type { Membership, MembershipHost } from './membership/membership.ts'
import type { PartitionState } from './positions/partition-state.ts'
import type { Subscriptions } from './subscriptions.ts'
import { ClientError } from '../errors/index.ts'

export interface GroupSideOptions {
  readonly environment: Environment
  readonly settings: { readonly clientId: string; readonly groupId: string | undefined; readonly maxPollIntervalMs: number }
  readonly cluster: Cluster
  readonly reader: Reader
  readonly committing: Committing
  readonly subscriptions: Subscriptions
  readonly membership: () => Membership | undefined
  readonly inside: Inside
  /** For metrics. */
  readonly listened: (kind: 'assigned' | 'revoked' | 'lost', latencyMs: number) => void
  readonly changed: (added: Iterable<PartitionState>, gone: Iterable<PartitionState>) => void
}

/** The consumer as its membership sees it: partitions come and go, work in hand is told and waited for, listeners run. */
export class GroupSide implements MembershipHost {
  readonly #options: GroupSideOptions
  /** Settled while this consumer is putting itself out of its group. */
  #expulsion = new Deferred<void>()

  constructor(options: GroupSideOptions) {
    this.#options = options
  }

  get owned(): Partitions {
    return this.#options.reader.assignment.partitions
  }

  async assign(partitions: Partitions): Promise<void> {
    const { reader, subscriptions, changed } = this.#options
    const added = reader.assignment.add(partitions)
    // The group may know topics that our pattern, or our metadata, has not seen.
    this.#track()
    changed(added, [])
    for (const state of added) state.isHeld = true
    await this.#listen('assigned', subscriptions.listener.onPartitionsAssigned, partitions)
    for (const state of added) state.isHeld = false
    reader.ready(added)
    reader.wake()
  }

  async revoke(partitions: Partitions): Promise<void> {
    const { reader, subscriptions, committing, settings } = this.#options
    const states = reader.assignment.among(partitions)
    if (states.length === 0) return
    const reason = leaving('was revoked')
    for (const state of states) state.leave(reason)
    reader.wakeUp()
    // A handler that is stuck may hold up a revocation when max.poll.interval.ms ends:
    //   1. another member joins, and the coordinator asks for the partitions
    //   2. the handler does not end, so nothing is given back
    //   3. the interval is over: this consumer leaves, and the coordinator gives the partitions away
    // Then there is nothing to commit and nothing to revoke any more: they are lost.
    // The interval is noticed a twentieth late; until then it is not given up.
    await Promise.race([reader.whenReleased(states, 1.1 * settings.maxPollIntervalMs), this.#expulsion.promise])
    if (this.#expulsion.isSettled) return this.lose(partitions)
    await committing.commitProcessed(states, { beforeRebalance: true, timeoutMs: settings.maxPollIntervalMs })
    await this.#listen('revoked', subscriptions.listener.onPartitionsRevoked, partitions)
    this.#drop(states, reason)
  }

  async lose(partitions: Partitions): Promise<void> {
    const { reader, subscriptions } = this.#options
    const states = reader.assignment.among(partitions)
    if (states.length === 0) return
    this.#drop(states, leaving('was lost'))
    const { onPartitionsLost, onPartitionsRevoked } = subscriptions.listener
    await this.#listen('lost', onPartitionsLost ?? onPartitionsRevoked, partitions)
  }

  /** Puts this consumer out of its group: whatever it has is lost, also what is being revoked just now. */
  async expel(leave: () => Promise<void> | undefined): Promise<void> {
    this.#expulsion.resolve()
    try {
      await leave()
    } finally {
      this.#expulsion = new Deferred()
    }
  }

  async commitProcessed(timeoutMs: number): Promise<void> {
    const { committing, reader } = this.#options
    await committing.commitProcessed(reader.assignment, { timeoutMs, beforeRebalance: true })
  }

  fail(error: Error): void {
    this.#options.reader.fail(error)
  }

  #drop(states: readonly PartitionState[], reason: unknown): void {
    const { reader, changed } = this.#options
    reader.assignment.remove(states, reason)
    changed([], states)
    this.#track()
    for (const state of states) reader.released(state)
    reader.wakeUp()
  }

  #track(): void {
    const { cluster, reader, subscriptions } = this.#options
    if (subscriptions.wish.kind === 'pattern') return
    cluster.track(new Set([...subscriptions.topics, ...reader.assignment.topics]))
  }

  async #listen(kind: 'assigned' | 'revoked' | 'lost', listener: Listening | undefined, partitions: Partitions): Promise<void> {
    const { environment, reader, listened, membership, settings, inside } = this.#options
    if (rebalanceChannel.hasSubscribers) {
      const { clientId, groupId = '' } = settings
      const generationId = membership()?.group.generationId ?? -1
      const message: RebalanceMessage = { clientId, groupId, kind, partitions, generationId, reason: '' }
      rebalanceChannel.publish(message)
    }
    if (listener === undefined) return
    const startedMs = environment.clock.monotonic()
    const left = new Deferred<void>()
    try {
      // One that awaits close() or unsubscribe() is not waited for: it would wait for itself.
      await inside.run({ left: () => left.resolve() }, () => Promise.race([listener(partitions), left.promise]))
    } catch (error) {
      // The rebalance goes on without it; the application hears of it when it next asks for records.
      reader.fail(error instanceof Error ? error : new Error(`A rebalance listener failed`, { cause: error }))
    }
    listened(kind, environment.clock.monotonic() - startedMs)
  }
}

const leaving = (how: string): ClientError =>
  new ClientError('ODRADEK_STATE', `The partition ${how}`, {
    hint: 'Stop working on its records: another member reads on from the last committed offset.',
  })
