import type { ClassicGroup } from '../classic/group.ts'
import type { Turn } from '../classic/turn.ts'
import { writeTombstone } from './delete.ts'
import type { OffsetStore } from './offset-store.ts'
import type { StoredOffset } from './offset-table.ts'

/**
 * Forgets offsets that the group has had no use for during `offsets.retention.minutes` (KIP-211). Says whether the group
 * has none left, and none coming.
 *
 * | the group | time counts from |
 * |---|---|
 * | empty, had members once | the moment it became empty |
 * | simple, never had members | the commit |
 * | stable, of consumers | the commit, for topics that nobody subscribes any more |
 * | anything else | nothing expires |
 *
 * A commit that asked for a retention of its own has that instead. Where a transaction holds an offset back, nothing expires.
 */
export function expireOffsets(group: ClassicGroup, store: OffsetStore, turn: Turn): boolean {
  const topics = store.ofGroup(group.groupId)
  if (topics === undefined) return !store.hasAnyPending(group.groupId)
  const startOf = retentionStart(group)
  if (startOf === undefined) return false
  const retentionMs = turn.config['offsets.retention.minutes'] * 60_000
  let expired = 0
  let kept = 0
  for (const [topic, partitions] of topics) {
    const isInUse = group.isSubscribedTo(topic)
    for (const [partition, offset] of partitions) {
      const endsAtMs = offset.expiresAtMs < 0 ? startOf(offset) + retentionMs : offset.expiresAtMs
      if (isInUse || turn.nowMs < endsAtMs || store.hasPending(group.groupId, topic, partition)) {
        kept++
        continue
      }
      writeTombstone(group.groupId, topic, partition, turn)
      expired++
    }
  }
  turn.metrics.offsetsExpired(expired)
  return kept === 0 && !store.hasAnyPending(group.groupId)
}

/** From when the retention of an offset counts; undefined when the offsets of this group don't expire now. */
function retentionStart(group: ClassicGroup): ((offset: StoredOffset) => number) | undefined {
  if (group.protocolType === undefined) return ({ committedAtMs }) => committedAtMs
  if (group.state === 'Empty' && group.stateSinceMs >= 0) return () => group.stateSinceMs
  if (group.state === 'Empty') return ({ committedAtMs }) => committedAtMs
  if (group.state === 'Stable' && group.usesConsumerProtocol && group.subscription !== undefined)
    return ({ committedAtMs }) => committedAtMs
  return undefined
}
