import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { ZERO_UUID } from '@odradek/common/bytes'
import { Fetch, Produce } from '@odradek/protocol/messages'
import { openBatchSync, splitBatches } from '@odradek/protocol/records'
import type { ResponseOf } from '@odradek/protocol/schema'
import type { WireClient } from './wire-client.ts'

/** Where in a topic; the id is for versions that name topics by it. */
export interface Place {
  readonly topic: string
  readonly topicId?: string
  readonly partition?: number
}

export interface ProduceOptions extends Place {
  readonly batch: Buffer
  readonly acks?: number
  readonly timeoutMs?: number
  readonly transactionalId?: string
  readonly version?: number
}

/** Produces one batch and gives what the answer says about its partition. */
export async function produceBatch(client: WireClient, options: ProduceOptions): Promise<ProducedPartition> {
  const { topic, topicId = ZERO_UUID, partition = 0, batch, acks = -1, timeoutMs = 30_000, transactionalId = null, version = 12 } = options
  const topicData = [{ name: topic, topicId, partitionData: [{ index: partition, records: batch }] }]
  const { responses } = await client.call(Produce, { transactionalId, acks, timeoutMs, topicData }, version)
  const produced = responses[0]?.partitionResponses[0]
  assert.ok(produced !== undefined, 'the answer has no partition')
  return produced
}

export type ProducedPartition = ResponseOf<typeof Produce>['responses'][number]['partitionResponses'][number]

export interface FetchOptions extends Place {
  readonly offset: number
  readonly maxWaitMs?: number
  readonly minBytes?: number
  readonly maxBytes?: number
  readonly partitionMaxBytes?: number
  readonly isolationLevel?: number
  readonly currentLeaderEpoch?: number
  readonly lastFetchedEpoch?: number
  readonly version?: number
}

/** The request for one partition, without a session; by default at once, and all there is. */
export function fetchRequest(options: FetchOptions) {
  const { topic, topicId = ZERO_UUID, partition = 0, offset, currentLeaderEpoch = -1, lastFetchedEpoch = -1 } = options
  return {
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: options.minBytes ?? 1,
    maxBytes: options.maxBytes ?? 0x7fffffff,
    isolationLevel: options.isolationLevel ?? 0,
    topics: [
      {
        topic,
        topicId,
        partitions: [
          {
            partition,
            fetchOffset: offset,
            partitionMaxBytes: options.partitionMaxBytes ?? 0x7fffffff,
            currentLeaderEpoch,
            lastFetchedEpoch,
          },
        ],
      },
    ],
  }
}

/** Fetches from one partition and gives what the answer says about it. */
export async function fetchFrom(client: WireClient, options: FetchOptions): Promise<FetchedPartition> {
  const { errorCode, responses } = await client.call(Fetch, fetchRequest(options), options.version ?? 12)
  assert.equal(errorCode, 0)
  const fetched = responses[0]?.partitions[0]
  assert.ok(fetched !== undefined, 'the answer has no partition')
  return fetched
}

export type FetchedPartition = ResponseOf<typeof Fetch>['responses'][number]['partitions'][number]

/** A record as a test wants to see it. */
export interface ReadRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
}

/** All records of all batches. */
export function recordsOf({ records }: Pick<FetchedPartition, 'records'>): ReadRecord[] {
  const found: ReadRecord[] = []
  for (const batch of splitBatches(records ?? Buffer.alloc(0))) {
    const cursor = openBatchSync(batch, 0, 1 << 26)
    while (cursor.next()) {
      const [key, value] = [cursor.key(), cursor.value()].map((bytes) => bytes?.toString() ?? null)
      found.push({ offset: cursor.offset, timestamp: cursor.timestamp, key: key ?? null, value: value ?? null })
    }
  }
  return found
}
