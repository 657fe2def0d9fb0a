import type { Partitions } from '../../partitions.ts'
import type { Waiting } from '../../waiting.ts'
import type { ConsumerGroupMetadata } from '../group-metadata.ts'

/**
 * A consumer's place in its group: joins, sends heartbeats, gets partitions and gives them back. One implementation a protocol.
 *
 * It runs by itself, on timers and answers, whatever the application does. What it needs of the consumer it asks its host.
 */
export interface Membership {
  readonly group: ConsumerGroupMetadata
  /** Undefined until `group.protocol=auto` has chosen. */
  readonly protocol: 'classic' | 'consumer' | undefined
  /** Whether this is a member with an assignment, and no rebalance is under way. */
  readonly isStable: boolean
  /** A JoinGroup or SyncGroup may hold up the connection to the coordinator: what must not wait behind it goes another way. */
  readonly isJoining: boolean
  /** Joins, or tells the group of a changed subscription. The first call starts everything. */
  subscribe(subscription: Subscription): void
  /** Joins anew, as `enforceRebalance` asks. A rebalance under way is left alone. */
  rejoin(reason: string): void
  /** The coordinator has rejected a commit of this member of this generation. A rebalance under way is left alone. */
  rejected(commit: RejectedCommit): void
  /** `max.poll.interval.ms` is over: leaves the group, the host loses its partitions, the next `subscribe` or `rejoin` joins again. */
  expelSelf(reason: string): Promise<void>
  /** Gives back all partitions (`host.revoke`) and leaves, as `close` and `unsubscribe` do. `remain` keeps a static member's place (KIP-1092). */
  leave(how: 'leave' | 'remain' | 'default', options: Waiting & { readonly reason: string }): Promise<void>
  /** Stops timers at once without telling the group; nothing is called after it. */
  abandon(): void
}

export interface Subscription {
  /** Names, already matched where the pattern is a JavaScript one. */
  readonly topics: readonly string[]
  /** A pattern that the broker matches (RE2J, KIP-848 only). */
  readonly re2j?: string | undefined
  /** The JavaScript pattern that `topics` come from: a leader with newer metadata may assign topics of it that are not among them yet. */
  readonly pattern?: RegExp | undefined
}

export interface RejectedCommit {
  readonly code: 'REBALANCE_IN_PROGRESS' | 'ILLEGAL_GENERATION' | 'UNKNOWN_MEMBER_ID' | 'FENCED_INSTANCE_ID' | 'STALE_MEMBER_EPOCH'
  /** As whom the commit was sent. */
  readonly sentAs: ConsumerGroupMetadata
}

/** The consumer as its membership sees it. Calls come one at a time; the next only when the promise of the last has resolved. */
export interface MembershipHost {
  /** What the consumer has now. */
  readonly owned: Partitions
  /**
   * These go, and are ours until the promise resolves: no more is fetched of them, work in hand is told (`signal`) and waited for, offsets of what was
   * processed are committed, `onPartitionsRevoked` runs. Bounded by the rebalance timeout. An error of the listener is kept for the next poll.
   */
  revoke(partitions: Partitions): Promise<void>
  /** These are somebody else's already: dropped without a commit, `onPartitionsLost` runs. */
  lose(partitions: Partitions): Promise<void>
  /** These came in addition to `owned` (perhaps none): positions are looked up, `onPartitionsAssigned` runs. */
  assign(partitions: Partitions): Promise<void>
  /** Auto commit before a rebalance, where it is on. Never rejects. */
  commitProcessed(timeoutMs: number): Promise<void>
  /** Something that the application must see: its next call for records throws it. `fatal` ends the membership. */
  fail(error: Error): void
}
