import { ZERO_UUID } from '@odradek/common/bytes'
import { errorCode, KafkaError } from '@odradek/protocol'
import type { ClassicGroup } from '../classic/group.ts'
import { refreshSession } from '../classic/sessions.ts'
import type { Turn } from '../classic/turn.ts'
import type { CommittedOffset } from '../group-record.ts'
import type { CommitAnswer, CommitRequest } from '../messages.ts'

/**
 * Commits offsets of topics that exist, which the caller has seen to. Throws when the whole commit is refused.
 *
 * Clients before version 10 name the topic. We note its id for them too, so that the offset is not taken for one of
 * another topic that comes to have the name.
 */
export function commit(group: ClassicGroup, request: CommitRequest, turn: Turn): CommitAnswer {
  checkCommitter(group, request)
  // Who commits is alive.
  const member = group.members.get(request.memberId)
  if (member !== undefined) refreshSession(group, member, turn)
  const limit = turn.config['offset.metadata.max.bytes']
  let committed = 0
  const topics = request.topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => {
      const metadata = committedMetadata ?? ''
      if (metadata.length > limit) return { partitionIndex, errorCode: errorCode('OFFSET_METADATA_TOO_LARGE') }
      const value: CommittedOffset = {
        offset: committedOffset,
        leaderEpoch: committedLeaderEpoch,
        metadata,
        committedAtMs: turn.nowMs,
        expiresAtMs: request.retentionTimeMs < 0 ? -1 : turn.nowMs + request.retentionTimeMs,
        topicId: topicId === ZERO_UUID ? turn.topicIdOf(name) : topicId,
      }
      turn.outcome.write({ kind: 'offset-commit', groupId: group.groupId, topic: name, partition: partitionIndex, value })
      committed++
      return { partitionIndex, errorCode: 0 }
    }),
  }))
  turn.metrics.offsetsCommitted(committed)
  return { topics }
}

/**
 * Who may commit: a member in its generation, or, while the group has no members, anybody who claims no generation (an
 * administrator, or a consumer that assigns itself).
 *
 * A member may commit while a rebalance is being prepared: that is when consumers commit what they have done before they
 * give their partitions away. Once the new generation has begun it is too late.
 */
function checkCommitter(group: ClassicGroup, { memberId, groupInstanceId, generationIdOrMemberEpoch: generation }: CommitRequest): void {
  if (generation < 0 && group.state === 'Empty') return
  if (generation < 0 && memberId === '' && groupInstanceId === null) throw new KafkaError('UNKNOWN_MEMBER_ID')
  group.validMember(memberId, groupInstanceId)
  if (generation !== group.generation) throw new KafkaError('ILLEGAL_GENERATION')
  if (group.state === 'CompletingRebalance') throw new KafkaError('REBALANCE_IN_PROGRESS')
}
