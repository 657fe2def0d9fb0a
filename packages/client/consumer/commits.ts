import { OffsetCommit } from '@odradek/protocol/messages'
import type { Cluster } from '../cluster/cluster.ts'
import type { Environment } from '../environment.ts'
import { ClientError } from '../errors/index.ts'
import { nameOf } from '../partitions.ts'
import type { Offsets, PartitionOffset, Partitions, TopicPartition } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { commitVerdict, goneMeanwhile, notAMember } from './commits-errors.ts'
import type { Verdict } from './commits-errors.ts'
import { fetchCommitted } from './commits-fetch.ts'
import { PendingCommit } from './commits-pending.ts'
import { commitBody, commitErrors, noMember, topicIdsOf } from './commits-request.ts'
import { backoffMs } from './membership/backoff.ts'
import { delay } from './membership/delay.ts'
import { GroupCalls } from './membership/group-calls.ts'
import type { GroupObserver } from './membership/group-observer.ts'
import type { GroupSettings } from './membership/group-settings.ts'
import type { Membership } from './membership/membership.ts'
import type { ConsumerGroupMetadata } from './group-metadata.ts'

export interface CommitsOptions {
  readonly environment: Environment
  readonly settings: GroupSettings
  readonly cluster: Cluster
  /** Undefined where partitions are assigned by hand: commits go without a member then. Asked before each request. */
  readonly membership: () => Membership | undefined
  /**
   * The present assignment of a partition to this consumer, as something that is another when it comes anew. An offset that could not be
   * written under the one is not tried again under the next: somebody else may have committed more meanwhile.
   */
  readonly assignmentOf?: ((partition: TopicPartition) => object | undefined) | undefined
  /** For metrics. */
  readonly observer?: Pick<GroupObserver, 'committed'> | undefined
}

export interface CommitOptions extends Waiting {
  /** Part of giving partitions back: a topic that is unknown meanwhile was deleted, and is not waited for. */
  readonly beforeRebalance?: boolean | undefined
}

/**
 * The offsets of a group, as its coordinator keeps them.
 *
 * One OffsetCommit is on its way at a time. Calls that come meanwhile, and those that have to be tried again, go into the next one,
 * the later ones over the earlier: an older offset never overwrites a newer one.
 */
export class Commits {
  readonly #options: CommitsOptions
  readonly #calls: GroupCalls | undefined
  #pending: PendingCommit[] = []
  #isRunning = false
  #attempt = 0
  readonly #closing = new AbortController()

  constructor(options: CommitsOptions) {
    const { groupId } = options.settings
    this.#options = options
    if (groupId !== null && groupId !== undefined) this.#calls = new GroupCalls(options.cluster, groupId)
  }

  /**
   * Resolves when the coordinator has written the offsets. What may pass is tried again until `timeoutMs`
   * (`default.api.timeout.ms`); else rejects with the error of the group or of a partition, with a `hint` that says whether the records
   * will come again.
   */
  commit(offsets: Offsets, options: CommitOptions = {}): Promise<void> {
    try {
      this.#checkOpen('commit')
      for (const offset of offsets) checkOffset(offset)
      options.signal?.throwIfAborted()
    } catch (error) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a signal's reason is the caller's, whatever it is
      return Promise.reject(error)
    }
    if (offsets.length === 0) return Promise.resolve()
    const member = this.#options.membership()
    const pending = new PendingCommit({
      offsets,
      sentAs: member?.group ?? noMember(this.#options.settings),
      isOfMember: member !== undefined,
      assignmentOf: this.#options.assignmentOf,
      isBeforeRebalance: options.beforeRebalance === true,
      environment: this.#options.environment,
      timeoutMs: options.timeoutMs ?? this.#options.settings.defaultApiTimeoutMs,
      signal: options.signal,
      ended: () => {
        this.#pending = this.#pending.filter((other) => other !== pending)
      },
    })
    this.#pending.push(pending)
    if (!this.#isRunning) void this.#run()
    return pending.promise
  }

  /**
   * In the order of `partitions`; undefined where nothing is committed. An error is never "nothing committed": what may pass is tried again
   * until `timeoutMs` (`default.api.timeout.ms`), then, or for what does not pass, it rejects. Offsets of open transactions are waited for.
   */
  async fetchCommitted(partitions: Partitions, options: Waiting = {}): Promise<readonly (PartitionOffset | undefined)[]> {
    const calls = this.#checkOpen('fetch committed offsets')
    const release = this.#options.environment.hold()
    try {
      const signals = [this.#closing.signal, ...(options.signal === undefined ? [] : [options.signal])]
      return await fetchCommitted({ ...this.#options, calls, partitions, timeoutMs: options.timeoutMs, signal: AbortSignal.any(signals) })
    } finally {
      release()
    }
  }

  /** Whoever still waits is rejected with ODRADEK_CLOSED; nothing more is sent. */
  close(): void {
    if (this.#closing.signal.aborted) return
    const error = closed('commit')
    this.#closing.abort(error)
    for (const pending of this.#pending) pending.reject(error)
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    await Promise.resolve() // commits of one turn go together
    while (this.#pending.length > 0 && !this.#closing.signal.aborted) {
      const round = [...this.#pending]
      const verdicts = await this.#send(round)
      for (const pending of round) pending.settle(verdicts)
      if (round.some((pending) => this.#pending.includes(pending))) await this.#backOff()
      else this.#attempt = 0
    }
    this.#isRunning = false
  }

  async #send(round: PendingCommit[]): Promise<(offset: PartitionOffset) => Verdict> {
    const { membership, settings, cluster, environment } = this.#options
    const member = membership()
    const sentAs = member?.group ?? noMember(settings)
    if (member !== undefined && sentAs.generationId < 0) return () => notAMember(member, settings)
    for (const pending of round) if (this.#isOutdated(pending, member)) pending.reject(goneMeanwhile(settings))
    const offsets = merged(round.filter((pending) => !pending.isEnded))
    if (offsets.size === 0) return () => ({ kind: 'done' })
    try {
      const ids = topicIdsOf(cluster.metadata, [...offsets.values()])
      const sentMs = environment.clock.monotonic()
      const answer = await this.#askFor(offsets, sentAs, ids)
      this.#options.observer?.committed(environment.clock.monotonic() - sentMs)
      const errors = commitErrors(answer, ids)
      return (offset) => this.#judge(errors.get(nameOf(offset)), offset, sentAs)
    } catch (error) {
      const verdict = commitVerdict(error, { protocol: member?.protocol, settings })
      return () => verdict
    }
  }

  /**
   * Whether one of its partitions has been given back since it was asked for. Where nobody tells, a classic generation that has gone by means so;
   * a member epoch does not, since it also grows while the partitions stay.
   *
   * Nor is what a member wanted to commit sent by one that is none any more: the coordinator of a group that others have left empty takes
   * that from anybody, over whatever they have committed.
   */
  #isOutdated(pending: PendingCommit, member: Membership | undefined): boolean {
    if (pending.isOfMember !== (member !== undefined)) return true
    if (member === undefined) return false
    const { assignmentOf } = this.#options
    return [...pending.offsets.values()].some((offset) => {
      const then = pending.assignmentThen(offset)
      if (then !== assignmentOf?.(offset)) return true
      return then === undefined && member.protocol === 'classic' && !isSame(pending.sentAs, member.group)
    })
  }

  #askFor(offsets: ReadonlyMap<string, PartitionOffset>, sentAs: ConsumerGroupMetadata, ids: ReadonlyMap<string, string> | undefined) {
    const { settings, membership } = this.#options
    if (this.#calls === undefined) throw withoutGroup('commit')
    return this.#calls.ask(OffsetCommit, (version) => commitBody(version, sentAs, [...offsets.values()], ids), {
      // Behind a JoinGroup it would wait for the whole rebalance.
      lane: membership()?.isJoining === true ? 'main' : 'coordinator',
      timeoutMs: settings.requestTimeoutMs,
      maxVersion: ids === undefined ? 9 : undefined,
      signal: this.#closing.signal,
    })
  }

  /** What one partition's code means, for the commit and for the membership. */
  #judge(code: number | undefined, offset: PartitionOffset, sentAs: ConsumerGroupMetadata): Verdict {
    const { membership, settings, cluster } = this.#options
    const member = membership()
    const verdict = commitVerdict(code, { protocol: member?.protocol, settings, partition: offset })
    if (verdict.kind === 'done') return verdict
    if (verdict.forgetsCoordinator === true) this.#calls?.forgetCoordinator()
    if (verdict.needsMetadata === true) cluster.requestRefresh()
    if (verdict.tells !== undefined) member?.rejected({ code: verdict.tells, sentAs })
    return verdict
  }

  /** Waits before the next attempt. */
  #backOff(): Promise<void> {
    const { environment, settings } = this.#options
    const ms = backoffMs(this.#attempt++, settings, environment.random)
    return delay(environment.timer, ms, this.#closing.signal).catch(() => {}) // closed: whoever waits has been told
  }

  #checkOpen(what: string): GroupCalls {
    if (this.#calls === undefined) throw withoutGroup(what)
    if (this.#closing.signal.aborted) throw closed(what)
    return this.#calls
  }
}

/** Later calls over earlier ones. */
function merged(round: readonly PendingCommit[]): ReadonlyMap<string, PartitionOffset> {
  const offsets = new Map<string, PartitionOffset>()
  for (const pending of round) for (const [name, offset] of pending.offsets) offsets.set(name, offset)
  return offsets
}

function isSame(a: ConsumerGroupMetadata, b: ConsumerGroupMetadata): boolean {
  return a.memberId === b.memberId && a.generationId === b.generationId
}

function checkOffset(offset: PartitionOffset): void {
  if (Number.isSafeInteger(offset.offset) && offset.offset >= 0) return
  throw new ClientError(
    'ODRADEK_STATE',
    `Offset ${offset.offset} of ${nameOf(offset)} can't be committed: it must be a whole number from 0 on`,
  )
}

function withoutGroup(what: string): ClientError {
  return new ClientError('ODRADEK_STATE', `Can't ${what}: this consumer belongs to no group`, { hint: 'Set groupId.' })
}

function closed(what: string): ClientError {
  return new ClientError('ODRADEK_CLOSED', `Can't ${what}: the consumer is closed`)
}
