import { ZERO_UUID } from '@odradek/common/bytes'
import type { Uuid } from '@odradek/common/bytes'
import { KafkaError } from '@odradek/protocol'
import { OffsetFetch } from '@odradek/protocol/messages'
import type { RequestDraft, ResponseOf } from '@odradek/protocol/schema'
import type { Cluster } from '../cluster/cluster.ts'
import type { Environment } from '../environment.ts'
import { errorOf, meansStaleCoordinator, meansStaleMetadata } from '../errors/index.ts'
import { nameOf } from '../partitions.ts'
import type { PartitionOffset, Partitions } from '../partitions.ts'
import { byTopic, namesOf, topicIdsOf } from './commits-request.ts'
import { backoffMs } from './membership/backoff.ts'
import type { GroupCalls } from './membership/group-calls.ts'
import type { GroupSettings } from './membership/group-settings.ts'
import type { Membership } from './membership/membership.ts'
import { delay } from './membership/delay.ts'

export interface FetchCommitted {
  readonly environment: Environment
  readonly settings: GroupSettings
  readonly cluster: Cluster
  readonly calls: GroupCalls
  readonly membership: () => Membership | undefined
  readonly partitions: Partitions
  readonly timeoutMs: number | undefined
  readonly signal: AbortSignal
}

/** Asks for the committed offsets until all are known. An error is never taken for "nothing committed". */
export async function fetchCommitted(fetch: FetchCommitted): Promise<readonly (PartitionOffset | undefined)[]> {
  const { environment, settings, partitions, signal } = fetch
  if (partitions.length === 0) return []
  const timeoutMs = fetch.timeoutMs ?? settings.defaultApiTimeoutMs
  const untilMs = environment.clock.monotonic() + timeoutMs
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted()
    const leftMs = Math.max(1, untilMs - environment.clock.monotonic())
    try {
      return await ask(fetch, Math.min(leftMs, settings.requestTimeoutMs), leftMs)
    } catch (error) {
      signal.throwIfAborted()
      if (!mayPass(error)) throw error
      if (meansStaleCoordinator(error)) fetch.calls.forgetCoordinator()
      if (meansStaleMetadata(error)) fetch.cluster.requestRefresh()
      const waitMs = backoffMs(attempt, settings, environment.random)
      if (environment.clock.monotonic() + waitMs >= untilMs) throw timedOut(fetch, timeoutMs, error)
      await delay(environment.timer, waitMs, signal)
    }
  }
}

async function ask(fetch: FetchCommitted, timeoutMs: number, lookUpMs: number): Promise<readonly (PartitionOffset | undefined)[]> {
  const { cluster, partitions, calls, signal } = fetch
  const member = fetch.membership()
  const ids = topicIdsOf(cluster.metadata, partitions)
  const answer = await calls.ask(OffsetFetch, (version) => body(version, calls.groupId, fetch, ids), {
    lane: member?.isJoining === true ? 'main' : 'coordinator',
    timeoutMs,
    lookUpMs,
    maxVersion: ids === undefined ? 9 : undefined,
    signal,
  })
  const found = committedOf(answer, calls.groupId, ids)
  return partitions.map((partition) => {
    const offset = found.get(nameOf(partition))
    if (offset === undefined)
      throw new KafkaError(
        'UNKNOWN_SERVER_ERROR',
        `UNKNOWN_SERVER_ERROR: the answer of the coordinator of ${calls.groupId} leaves out ${nameOf(partition)}`,
      )
    return offset === 'none' ? undefined : offset
  })
}

function body(
  version: number,
  groupId: string,
  { partitions, membership }: FetchCommitted,
  ids: ReadonlyMap<string, Uuid> | undefined,
): RequestDraft<typeof OffsetFetch> {
  const topics = [...byTopic(partitions)].map(([name, those]) => ({
    name,
    topicId: ids?.get(name) ?? ZERO_UUID,
    partitionIndexes: those.map(({ partition }) => partition),
  }))
  const requireStable = version >= 7
  if (version < 8) return { groupId, topics, requireStable }
  const member = membership()
  // Only members of the new protocol are checked; others ask without a member.
  const who = member?.protocol === 'consumer' ? { memberId: member.group.memberId, memberEpoch: member.group.generationId } : {}
  return { groupId: '', topics: [], groups: [{ groupId, ...who, topics }], requireStable }
}

/** Offsets by partition; throws the first error there is. */
function committedOf(
  answer: ResponseOf<typeof OffsetFetch>,
  groupId: string,
  ids: ReadonlyMap<string, Uuid> | undefined,
): ReadonlyMap<string, PartitionOffset | 'none'> {
  const group = answer.groups.find((one) => one.groupId === groupId)
  const errorCode = group?.errorCode ?? answer.errorCode
  if (errorCode !== 0) throw errorOf(errorCode, `no committed offsets of group ${groupId}`)
  const names = namesOf(ids)
  const found = new Map<string, PartitionOffset | 'none'>()
  const topics = group === undefined ? answer.topics.map((topic) => ({ ...topic, topicId: ZERO_UUID })) : group.topics
  for (const { name, topicId, partitions } of topics) {
    const topic = name === '' ? names.get(topicId) : name
    if (topic === undefined) continue
    for (const one of partitions) {
      const place = { topic, partition: one.partitionIndex }
      if (one.errorCode !== 0) throw errorOf(one.errorCode, `no committed offset of ${nameOf(place)} for group ${groupId}`)
      found.set(nameOf(place), Number(one.committedOffset) < 0 ? 'none' : read(place, one))
    }
  }
  return found
}

function read(
  place: { readonly topic: string; readonly partition: number },
  one: { readonly committedOffset: number | bigint; readonly committedLeaderEpoch: number; readonly metadata: string | null },
): PartitionOffset {
  const { committedOffset, committedLeaderEpoch, metadata } = one
  return {
    ...place,
    offset: Number(committedOffset),
    ...(committedLeaderEpoch < 0 ? {} : { leaderEpoch: committedLeaderEpoch }),
    ...(metadata === null || metadata === '' ? {} : { metadata }),
  }
}

/** STALE_MEMBER_EPOCH passes with the next heartbeat; the rest are those that Kafka calls retriable. */
function mayPass(error: unknown): boolean {
  return error instanceof KafkaError && (error.retriable || error.code === 'STALE_MEMBER_EPOCH')
}

function timedOut({ calls, partitions }: FetchCommitted, timeoutMs: number, cause: unknown): KafkaError {
  const places = `${partitions.slice(0, 3).map(nameOf).join(', ')}${partitions.length > 3 ? ' …' : ''}`
  const why = cause instanceof Error ? cause.message : String(cause)
  return new KafkaError(
    'REQUEST_TIMED_OUT',
    `REQUEST_TIMED_OUT: no committed offsets of ${places} for group ${calls.groupId} within ${timeoutMs} ms: ${why}`,
    {
      cause,
      hint: 'Look whether the coordinator of the group can be reached, or raise defaultApiTimeoutMs.',
    },
  )
}
