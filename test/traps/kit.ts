import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorName } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import {
  CreateTopics,
  Fetch,
  FindCoordinator,
  InitProducerId,
  JoinGroup,
  ListOffsets,
  Metadata,
  Produce,
  SyncGroup,
} from '@odradek/protocol/messages'
import { BatchBuilder, splitBatches } from '@odradek/protocol/records'
import type { BatchOptions, RecordInput } from '@odradek/protocol/records'
import type { WireClient } from '@odradek/testing'

/**
 * Words for talks with a broker, whoever's it is. Each is one request in one version, so that what a test shows is what it says.
 * Topics are asked for by name in versions before ids came, since both have to work for ever.
 */

/** A name that no other test has. */
export const unique = (what: string): string => `${what}-${randomBytes(6).toString('hex')}`

export const bytes = (text: string): Buffer => Buffer.from(text)

export async function makeTopic(
  client: WireClient,
  options: { readonly name?: string; readonly partitions?: number; readonly configs?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly name: string; readonly id: string }> {
  const name = options.name ?? unique('trap')
  const configs = Object.entries(options.configs ?? {}).map(([key, value]) => ({ name: key, value }))
  const { topics } = await client.call(
    CreateTopics,
    { topics: [{ name, numPartitions: options.partitions ?? 1, replicationFactor: 1, configs }] },
    7,
  )
  const [topic] = topics
  if (topic?.errorCode !== 0) throw new Error(`${name} was not created: ${errorName(topic?.errorCode ?? -1)} ${topic?.errorMessage ?? ''}`)
  await until(`${name} has leaders`, async () => {
    const metadata = await client.call(Metadata, { topics: [{ name, topicId: topic.topicId }], allowAutoTopicCreation: false }, 9)
    return metadata.topics[0]?.errorCode === 0 && metadata.topics[0].partitions.every(({ leaderId }) => leaderId >= 0)
  })
  // Whoever tells of a leader may know it before the leader does.
  await until(`the leader of ${name} leads`, async () => (await listOffset(client, name, -1)).error === 'NONE')
  return { name, id: topic.topicId }
}

/** Asks again until it is so; a cluster takes its time. Fails after ten seconds. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await isSo()) return
    await sleep(50)
  }
  throw new Error(`it did not come about that ${what}`)
}

/** What is asked for, or an error when it does not come in time: a broker that never answers is to fail one test and not all. */
export async function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  const over = new AbortController()
  const late = sleep(ms, undefined, { signal: over.signal }).then(
    () => Promise.reject(new Error(`no answer within ${ms} ms`)),
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([asked, late])
  } finally {
    over.abort()
  }
}

export interface ProduceResult {
  readonly error: ErrorName
  readonly baseOffset: number
  readonly message: string | null
}

export async function produce(
  client: WireClient,
  topic: string,
  batch: Buffer,
  options: { readonly acks?: number; readonly version?: number } = {},
): Promise<ProduceResult> {
  const version = options.version ?? 9
  const { responses } = await client.call(Produce, produceRequest(topic, batch, options.acks ?? -1), version)
  const answer = responses[0]?.partitionResponses[0]
  return { error: errorName(answer?.errorCode ?? -1), baseOffset: answer?.baseOffset ?? -1, message: answer?.errorMessage ?? null }
}

export const produceRequest = (topic: string, batch: Buffer, acks: number) => ({
  acks,
  timeoutMs: 10_000,
  topicData: [{ name: topic, topicId: noId, partitionData: [{ index: 0, records: batch }] }],
})

export const noId = 'AAAAAAAAAAAAAAAAAAAAAA'

/** A batch of records, compressed here if it is to be. */
export function batchOf(records: readonly (string | RecordInput)[], options: BatchOptions = {}): Buffer {
  const builder = new BatchBuilder(options)
  for (const record of records) builder.append(typeof record === 'string' ? { value: bytes(record), timestamp: Date.now() } : record)
  return builder.build()
}

export interface FetchOptions {
  readonly offset: number
  readonly version?: number
  readonly maxBytes?: number
  readonly partitionMaxBytes?: number
  readonly maxWaitMs?: number
  readonly minBytes?: number
}

export const fetchRequest = (topic: { readonly name?: string; readonly id?: string }, options: FetchOptions) => ({
  maxWaitMs: options.maxWaitMs ?? 0,
  minBytes: options.minBytes ?? 0,
  maxBytes: options.maxBytes ?? 50_000_000,
  isolationLevel: 0,
  sessionId: 0,
  sessionEpoch: -1,
  topics: [
    {
      topic: topic.name ?? '',
      topicId: topic.id ?? noId,
      partitions: [{ partition: 0, fetchOffset: options.offset, partitionMaxBytes: options.partitionMaxBytes ?? 50_000_000 }],
    },
  ],
})

/** What a fetch of one partition gives: its error, and its whole batches. */
export async function fetch(client: WireClient, topic: { readonly name?: string; readonly id?: string }, options: FetchOptions) {
  const answer = await client.call(Fetch, fetchRequest(topic, options), options.version ?? 11)
  const partition = answer.responses[0]?.partitions[0]
  return {
    error: errorName(partition?.errorCode ?? answer.errorCode),
    highWatermark: partition?.highWatermark ?? -1,
    batches: splitBatches(partition?.records ?? Buffer.alloc(0)),
  }
}

export async function listOffset(client: WireClient, topic: string, timestamp: number, version = 7) {
  const { topics } = await client.call(
    ListOffsets,
    { replicaId: -1, topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }], timeoutMs: 5000 },
    version,
  )
  const partition = topics[0]?.partitions[0]
  return { error: errorName(partition?.errorCode ?? -1), offset: partition?.offset ?? -1, timestamp: partition?.timestamp ?? -1 }
}

export async function producerId(client: WireClient): Promise<number> {
  let id = -1
  await until('there are producer ids', async () => {
    const answer = await client.call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 60_000 }, 4)
    id = answer.producerId
    return answer.errorCode === 0
  })
  return id
}

/** Waits until the group has a coordinator that answers. */
export async function findCoordinator(client: WireClient, group: string): Promise<void> {
  await until(`${group} has a coordinator`, async () => {
    const answer = await client.call(FindCoordinator, { key: group, keyType: 0 }, 2)
    return answer.errorCode === 0
  })
}

export interface Joined {
  readonly error: ErrorName
  readonly memberId: string
  readonly generation: number
  readonly leader: string
  readonly members: readonly string[]
}

export interface JoinOptions {
  readonly memberId?: string
  readonly instanceId?: string
  readonly sessionMs?: number
  readonly rebalanceMs?: number
  readonly metadata?: string
}

/** Joins as classic consumers do: a new dynamic member is given an id first and comes again with it (KIP-394). */
export async function join(client: WireClient, group: string, options: JoinOptions = {}): Promise<Joined> {
  const { memberId = '', instanceId = null, sessionMs = 10_000, rebalanceMs = 10_000, metadata = 'm' } = options
  const answer = await client.call(
    JoinGroup,
    {
      groupId: group,
      sessionTimeoutMs: sessionMs,
      rebalanceTimeoutMs: rebalanceMs,
      memberId,
      groupInstanceId: instanceId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: bytes(metadata) }],
    },
    5,
  )
  const error = errorName(answer.errorCode)
  if (error === 'MEMBER_ID_REQUIRED') return join(client, group, { ...options, memberId: answer.memberId })
  return {
    error,
    memberId: answer.memberId,
    generation: answer.generationId,
    leader: answer.leader,
    members: answer.members.map((member) => member.memberId),
  }
}

/** The leader gives everybody his own name as assignment; others give nothing. */
export async function sync(client: WireClient, group: string, joined: Joined, instanceId: string | null = null) {
  const answer = await client.call(
    SyncGroup,
    {
      groupId: group,
      generationId: joined.generation,
      memberId: joined.memberId,
      groupInstanceId: instanceId,
      assignments: joined.members.map((memberId) => ({ memberId, assignment: bytes(memberId) })),
    },
    3,
  )
  return { error: errorName(answer.errorCode), assignment: answer.assignment.toString() }
}
