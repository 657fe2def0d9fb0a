import type { Mutex } from '@odradek/common/async'
import type { Uuid } from '@odradek/common/bytes'
import type { Cluster } from '../../../cluster/cluster.ts'
import type { Environment } from '../../../environment.ts'
import { nameOf } from '../../../partitions.ts'
import type { TopicPartition } from '../../../partitions.ts'
import { backoffMs } from '../backoff.ts'
import { delay } from '../delay.ts'
import type { GroupObserver } from '../group-observer.ts'
import type { GroupSettings } from '../group-settings.ts'
import type { MembershipHost } from '../membership.ts'
import { isSame, nothing } from './assigned-topics.ts'
import type { AssignedTopics } from './assigned-topics.ts'
import type { ConsumerState } from './consumer-state.ts'
import { TopicNames } from './topic-names.ts'

export interface ReconciliationOptions {
  readonly environment: Environment
  readonly settings: GroupSettings
  readonly cluster: Cluster
  readonly host: MembershipHost
  readonly state: ConsumerState
  /** Calls to the host come one at a time. */
  readonly turns: Mutex
  readonly observer: GroupObserver
  /** `state.taken` has changed: the broker waits for that. */
  readonly taken: () => void
}

/**
 * The way from what a member has to what the broker wants it to have: gives back what goes, takes over what comes. A newer target waits until the
 * step under way is done. Topics whose names are not known yet come later, the rest meanwhile.
 */
export class Reconciliation {
  readonly #options: ReconciliationOptions
  readonly #names: TopicNames
  #run: AbortController | undefined

  constructor(options: ReconciliationOptions) {
    this.#options = options
    this.#names = new TopicNames(options.cluster)
  }

  get isRunning(): boolean {
    return this.#run !== undefined
  }

  /** Begins unless it is under way; ends with `life` or with `stop`. */
  run(life: AbortSignal): void {
    if (this.#run !== undefined || life.aborted) return
    const run = new AbortController()
    this.#run = run
    void this.#reconcile(run.signal).finally(() => {
      if (this.#run === run) this.#run = undefined
    })
  }

  /** What the host does at the moment is not called off, and nothing comes after it. */
  stop(): void {
    this.#run?.abort()
    this.#run = undefined
  }

  async #reconcile(signal: AbortSignal): Promise<void> {
    const { state, environment, settings } = this.#options
    for (let attempt = 0; !signal.aborted; attempt++) {
      const { target } = state
      if (target === undefined) return
      const known = await this.#known(target, signal)
      if (signal.aborted) return
      const isFirst = state.taken === nothing
      if (isFirst || !isSame(known, state.taken)) await this.#take(known, signal)
      if (signal.aborted || state.isReconciled) return
      if (state.target !== target) attempt = -1
      // A topic that nobody knows: perhaps so new that brokers still have to hear of it.
      else await delay(environment.timer, backoffMs(attempt, settings, environment.random), signal).catch(() => {})
    }
  }

  /** The part of the target whose topics have names. */
  async #known(target: AssignedTopics, signal: AbortSignal): Promise<AssignedTopics> {
    const { settings, environment } = this.#options
    const unknown = [...target.keys()].filter((id) => this.#names.get(id) === undefined)
    if (unknown.length > 0) {
      try {
        await this.#names.ask(unknown, { timeoutMs: settings.requestTimeoutMs, signal })
      } catch (error) {
        environment.logger.debug('The names of assigned topics are not known yet', { topicIds: unknown, error: String(error) })
      }
    }
    return new Map([...target].filter(([id]) => this.#names.get(id) !== undefined))
  }

  async #take(known: AssignedTopics, signal: AbortSignal): Promise<void> {
    const { host, state, turns, environment, observer } = this.#options
    const startedMs = environment.clock.monotonic()
    await turns.run(async () => {
      if (signal.aborted) return
      const wanted = this.#named(known)
      const names = new Set(wanted.map(nameOf))
      const owned = new Set(host.owned.map(nameOf))
      const going = host.owned.filter((partition) => !names.has(nameOf(partition)))
      const coming = wanted.filter((partition) => !owned.has(nameOf(partition)))
      if (going.length > 0) await host.revoke(going)
      if (signal.aborted) return
      await host.assign(coming)
      if (signal.aborted) return
      state.taken = new Map(known)
      this.#names.keep(new Set<Uuid>([...known.keys(), ...(state.target?.keys() ?? [])]))
      const { groupId, memberId, generationId } = state.group
      const durationMs = Math.round(environment.clock.monotonic() - startedMs)
      const end = {
        groupId,
        memberId,
        generationId,
        reason: 'the broker has assigned',
        durationMs,
        added: coming.length,
        revoked: going.length,
        owned: host.owned.length,
      }
      environment.logger.info(`Group ${groupId} rebalanced: ${end.reason}`, end)
      observer.rebalanced(end)
      this.#options.taken()
    })
  }

  #named(assigned: AssignedTopics): TopicPartition[] {
    return [...assigned].flatMap(([id, partitions]) => {
      const topic = this.#names.get(id)
      return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }))
    })
  }
}
