import type { Buffer } from 'node:buffer'
import { errorName, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import type { Fetch } from '@odradek/protocol/messages'
import { lastOffset, partitionLeaderEpoch, walkBatches } from '@odradek/protocol/records'
import type { ResponseOf } from '@odradek/protocol/schema'
import { errorOf } from '../../errors/index.ts'
import type { PartitionState } from '../positions/partition-state.ts'
import type { ResetTo } from '../positions/reset-to.ts'
import { hasOldMessages, withNewBatches } from '../records/old-messages.ts'
import type { ReadTopics } from '../records/read-topic.ts'
import { AbortedTransactions } from './aborted-transactions.ts'
import { AnswerFrame } from './answer-frame.ts'
import type { FetchPlan, PlannedFetch } from './fetch-planner.ts'
import { FetchedData } from './fetched-data.ts'

type Answer = ResponseOf<typeof Fetch>
type PartitionAnswer = Answer['responses'][number]['partitions'][number]

export interface FetchRules {
  readonly topics: ReadTopics
  readonly isReadCommitted: boolean
  readonly checkCrcs: boolean
  readonly decompressedBatchMaxBytes: number
  readonly autoOffsetReset: ResetTo | 'none'
  readonly metadataMaxAgeMs: number
}

/** What an answer asks the shell to do. */
export interface FetchOutcome {
  /** Bytes of records that were taken in. */
  bytes: number
  readonly bytesByTopic: Map<string, number>
  /** Partitions that have something to hand out now. */
  readonly ready: PartitionState[]
  needsMetadata: boolean
  /** KIP-951: who leads these partitions now; they are asked again at once. */
  readonly leaders: { readonly state: PartitionState; readonly leader: number; readonly leaderEpoch: number }[]
  /** Wait before their next attempt. */
  readonly failed: { readonly state: PartitionState; readonly error: KafkaError }[]
  /** Must be shown to the application, once. */
  readonly errors: KafkaError[]
  /** Their position is looked up anew. */
  readonly reset: { readonly state: PartitionState; readonly offset: number }[]
}

/** Takes one answer to Fetch: moves what it brings into the states of the partitions, and says what else is to be done. */
export function takeAnswer(plan: FetchPlan, answer: Answer, rules: FetchRules, nowMs: number): FetchOutcome {
  const outcome: FetchOutcome = {
    bytes: 0,
    bytesByTopic: new Map(),
    ready: [],
    needsMetadata: false,
    leaders: [],
    failed: [],
    errors: [],
    reset: [],
  }
  const asked = new Map<string, PlannedFetch>()
  for (const entry of plan.entries) {
    asked.set(`${entry.topic} ${entry.partition}`, entry)
    asked.set(`${entry.topicId} ${entry.partition}`, entry)
  }
  const frames = new Map<ArrayBufferLike, AnswerFrame>()
  for (const { topic, topicId, partitions } of answer.responses) {
    for (const partition of partitions) {
      const entry = asked.get(`${topic === '' ? topicId : topic} ${partition.partitionIndex}`)
      // What nobody asked for is ignored, and so is what was asked for before a seek, a revocation, a change of leader.
      if (entry === undefined || !isCurrent(entry)) continue
      takePartition(entry, partition, rules, nowMs, outcome, frames)
    }
  }
  return outcome
}

const isCurrent = ({ state, ticket, fetchOffset }: PlannedFetch): boolean =>
  !state.isGone && state.ticket === ticket && state.state === 'FETCHING' && state.fetchOffset === fetchOffset

function takePartition(
  entry: PlannedFetch,
  answer: PartitionAnswer,
  rules: FetchRules,
  nowMs: number,
  outcome: FetchOutcome,
  frames: Map<ArrayBufferLike, AnswerFrame>,
): void {
  const { state } = entry
  if (answer.errorCode !== 0) {
    takeError(entry, answer, rules, outcome)
    return
  }
  state.failures = 0
  const readableEnd = rules.isReadCommitted && answer.lastStableOffset >= 0 ? answer.lastStableOffset : answer.highWatermark
  if (state.bufferedBytes === 0) {
    state.highWatermark = answer.highWatermark
    state.readableEnd = readableEnd
  }
  state.logStartOffset = answer.logStartOffset
  if (answer.preferredReadReplica >= 0) {
    state.preferredReplica = answer.preferredReadReplica
    state.preferredUntilMs = nowMs + rules.metadataMaxAgeMs
  }
  if (answer.records === null || answer.records.length === 0) return
  const bytes = hasOldMessages(answer.records) ? withNewBatches(answer.records, rules) : answer.records
  let frame = frames.get(bytes.buffer)
  if (frame === undefined) frames.set(bytes.buffer, (frame = new AnswerFrame(bytes.buffer)))
  const data = new FetchedData({
    frame,
    topic: rules.topics.get(state.topic),
    partition: state.partition,
    bytes,
    fetchOffset: entry.fetchOffset,
    aborted: rules.isReadCommitted ? new AbortedTransactions(answer.abortedTransactions ?? []) : undefined,
    checkCrcs: rules.checkCrcs,
    decompressedBatchMaxBytes: rules.decompressedBatchMaxBytes,
  })
  const end = endOf(bytes, state)
  state.buffer({ data, highWatermark: answer.highWatermark, readableEnd }, bytes.length, end)
  outcome.bytes += bytes.length
  outcome.bytesByTopic.set(state.topic, (outcome.bytesByTopic.get(state.topic) ?? 0) + bytes.length)
  outcome.ready.push(state)
}

/** Where fetching goes on behind these bytes. */
function endOf(bytes: Buffer, state: PartitionState): { readonly offset: number; readonly epoch: number } {
  let offset = state.fetchOffset
  let epoch = state.fetchEpoch
  walkBatches(bytes, 0, bytes.length, (position) => {
    const last = lastOffset(bytes, position)
    // Nonsense is noticed, and told, when the batch is opened; until then nothing is asked that can't be.
    if (!Number.isSafeInteger(last) || last + 1 < offset) return
    offset = last + 1
    epoch = partitionLeaderEpoch(bytes, position)
  })
  return { offset, epoch }
}

function takeError(entry: PlannedFetch, answer: PartitionAnswer, rules: FetchRules, outcome: FetchOutcome): void {
  const { state, isFromFollower } = entry
  const code = errorName(answer.errorCode)
  const error = errorOf(answer.errorCode, `Fetch of ${state.name} at offset ${entry.fetchOffset}`)
  switch (code) {
    case 'OFFSET_OUT_OF_RANGE':
      if (isFromFollower) state.preferredReplica = -1
      else if (rules.autoOffsetReset === 'none') state.error = outOfRange(state, entry.fetchOffset)
      else outcome.reset.push({ state, offset: entry.fetchOffset })
      if (state.error !== undefined) outcome.ready.push(state)
      return
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'FENCED_LEADER_EPOCH': {
      state.preferredReplica = -1
      outcome.needsMetadata = true
      const { leaderId, leaderEpoch } = answer.currentLeader
      if (leaderId >= 0 && leaderEpoch > entry.leaderEpoch) outcome.leaders.push({ state, leader: leaderId, leaderEpoch })
      else outcome.failed.push({ state, error })
      return
    }
    case 'TOPIC_AUTHORIZATION_FAILED':
      outcome.errors.push(unauthorized(state.topic))
      outcome.failed.push({ state, error })
      return
    case 'CORRUPT_MESSAGE':
      state.error = new KafkaError(code, `CORRUPT_MESSAGE: the broker can't read ${state.name} at offset ${entry.fetchOffset}.`, {
        hint: 'Look into the log of the broker; another replica may be sound. Other partitions go on; seek behind the damage to go on with this one.',
      })
      outcome.ready.push(state)
      return
    default:
      if (leavesFollower.has(code)) state.preferredReplica = -1
      if (needsMetadata.has(code)) outcome.needsMetadata = true
      outcome.failed.push({ state, error })
  }
}

const leavesFollower: ReadonlySet<ErrorName> = new Set<ErrorName>(['REPLICA_NOT_AVAILABLE', 'KAFKA_STORAGE_ERROR', 'OFFSET_NOT_AVAILABLE'])
const needsMetadata: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'OFFSET_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
  'LEADER_NOT_AVAILABLE',
])

function outOfRange({ topic, partition, name }: PartitionState, offset: number): KafkaError {
  const hint = `Set autoOffsetReset, or call consumer.seekToBeginning([{ topic: '${topic}', partition: ${partition} }]), seekToEnd or seek.`
  return new KafkaError(
    'OFFSET_OUT_OF_RANGE',
    `OFFSET_OUT_OF_RANGE: ${name} has no offset ${offset} any more, and autoOffsetReset is none. ${hint}`,
    { hint },
  )
}

export function unauthorized(topic: string): KafkaError {
  const hint = `Grant READ on topic ${topic} to this client.`
  return new KafkaError('TOPIC_AUTHORIZATION_FAILED', `TOPIC_AUTHORIZATION_FAILED: this client may not read ${topic}. ${hint}`, { hint })
}
