/* oxlint-disable typescript/no-explicit-any -- bodies are as on the wire, of any version */
import { Buffer } from 'node:buffer'
import type { VirtualTime } from '@odradek/common/time'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { assignOffset, nextOffset } from '@odradek/protocol/records'
import { framePool } from '../../cluster/frame-pool.ts'
import { topicIdOf } from '../membership/story/topic-id-of.ts'

/** One partition's log, as its leader has it. */
export class FakeLog {
  readonly batches: { readonly bytes: Buffer; readonly first: number; readonly end: number }[] = []
  start = 0
  leaderEpoch = 0
  /** Undefined: the end. */
  lastStableOffset: number | undefined
  aborted: { readonly producerId: number; readonly firstOffset: number }[] = []
  /** Where epochs end, for OffsetForLeaderEpoch; the current one ends at the end. */
  readonly epochEnds = new Map<number, number>()
  /** Answered instead of data, until taken away. */
  error: ErrorName | undefined
  /** Only this broker answers with the error. */
  errorAt: number | undefined
  preferredReadReplica = -1
  /** KIP-951: told beside NOT_LEADER_OR_FOLLOWER. */
  currentLeader = { leaderId: -1, leaderEpoch: -1 }

  get end(): number {
    return this.batches.at(-1)?.end ?? this.start
  }

  /** A batch as a producer sends it. */
  append(batch: Buffer): void {
    const first = this.end
    const bytes = Buffer.from(batch)
    assignOffset(bytes, 0, first, this.leaderEpoch)
    this.put(bytes, first)
  }

  /** A batch with the offsets that it has. */
  put(bytes: Buffer, first: number): void {
    this.batches.push({ bytes, first, end: nextOffset(bytes, 0) })
  }

  truncate(offset: number): void {
    while (this.end > offset && this.batches.length > 0) this.batches.pop()
  }

  read(from: number, maxBytes: number): Buffer {
    const list: Buffer[] = []
    let size = 0
    for (const { bytes, end } of this.batches) {
      if (end <= from) continue
      if (size > 0 && size + bytes.length > maxBytes) break
      list.push(bytes)
      size += bytes.length
    }
    // As a connection does: large answers lie in frames that can be used again.
    const frame = framePool.take(size)
    let at = 0
    for (const bytes of list) at += bytes.copy(frame, at)
    return frame
  }
}

interface AskedPartition {
  readonly topic: string
  readonly partition: number
  readonly fetchOffset: number
  readonly partitionMaxBytes: number
  readonly broker?: number
}

export interface SeenFetch {
  readonly broker: number
  readonly version: number
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly partitions: readonly string[]
  readonly offsets: Readonly<Record<string, number>>
  readonly forgotten: readonly string[]
  readonly atMs: number
}

/** Brokers that answer Fetch (with sessions and long polls), ListOffsets and OffsetForLeaderEpoch. */
export class FakeLogs {
  readonly #time: VirtualTime
  readonly #logs = new Map<string, FakeLog>()
  readonly #sessions = new Map<number, { epoch: number; readonly partitions: Map<string, AskedPartition> }>()
  readonly #arrivals = new Set<() => void>()
  #sessionIds = 100
  /** All that was asked. */
  readonly fetches: SeenFetch[] = []
  readonly listed: { readonly partition: string; readonly timestamp: number; readonly isolationLevel: number }[] = []
  readonly validated: { readonly partition: string; readonly leaderEpoch: number }[] = []
  /** Answered to the next Fetch as a whole. */
  sessionError: ErrorName | undefined
  listOffsetsError: ErrorName | undefined
  grantsSessions = true
  /** How long an answer takes. */
  latencyMs = 1

  constructor(time: VirtualTime) {
    this.#time = time
  }

  log(name: string): FakeLog {
    let log = this.#logs.get(name)
    if (log === undefined) this.#logs.set(name, (log = new FakeLog()))
    return log
  }

  append(name: string, batch: Buffer): void {
    this.log(name).append(batch)
    this.arrived()
  }

  /** Long polls look again. */
  arrived(): void {
    for (const look of this.#arrivals) look()
  }

  async fetch(broker: number, body: any, version: number): Promise<unknown> {
    const asked = this.#asked(broker, body, version)
    await this.#pass(this.latencyMs)
    if (this.sessionError !== undefined) {
      const error = this.sessionError
      this.sessionError = undefined
      this.#sessions.clear()
      return { throttleTimeMs: 0, errorCode: errorCode(error), sessionId: 0, responses: [], nodeEndpoints: [] }
    }
    if (typeof asked === 'string') return { throttleTimeMs: 0, errorCode: errorCode(asked), sessionId: 0, responses: [], nodeEndpoints: [] }
    const sessionId = asked.sessionId
    const partitions = asked.partitions.map((partition) => ({ ...partition, broker }))
    if (!partitions.some((partition) => this.#hasNews(partition, body.isolationLevel))) await this.#wait(partitions, body)
    const isFull = body.sessionEpoch <= 0
    const responses = partitions
      .filter((partition) => isFull || this.#hasNews(partition, body.isolationLevel))
      .map((partition) => ({
        topic: version >= 13 ? '' : partition.topic,
        topicId: topicIdOf(partition.topic),
        partitions: [this.#answer(partition, body.isolationLevel)],
      }))
    return { throttleTimeMs: 0, errorCode: 0, sessionId, responses, nodeEndpoints: [] }
  }

  async listOffsets(body: any): Promise<unknown> {
    await this.#pass(this.latencyMs)
    return {
      throttleTimeMs: 0,
      topics: body.topics.map(({ name, partitions }: any) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }: any) => {
          const log = this.log(`${name}-${partitionIndex}`)
          this.listed.push({ partition: `${name}-${partitionIndex}`, timestamp, isolationLevel: body.isolationLevel })
          const end = body.isolationLevel === 1 ? (log.lastStableOffset ?? log.end) : log.end
          const offset = timestamp === -1 ? end : timestamp === -2 ? log.start : -1
          const failure = this.listOffsetsError
          return {
            partitionIndex,
            errorCode: failure === undefined ? 0 : errorCode(failure),
            timestamp: -1,
            offset,
            leaderEpoch: log.leaderEpoch,
          }
        }),
      })),
    }
  }

  async offsetsForEpochs(body: any): Promise<unknown> {
    await this.#pass(this.latencyMs)
    return {
      throttleTimeMs: 0,
      topics: body.topics.map(({ topic, partitions }: any) => ({
        topic,
        partitions: partitions.map(({ partition, leaderEpoch }: any) => {
          const log = this.log(`${topic}-${partition}`)
          this.validated.push({ partition: `${topic}-${partition}`, leaderEpoch })
          const endOffset = leaderEpoch === log.leaderEpoch ? log.end : (log.epochEnds.get(leaderEpoch) ?? -1)
          return { errorCode: 0, partition, leaderEpoch: endOffset < 0 ? -1 : leaderEpoch, endOffset }
        }),
      })),
    }
  }

  #asked(
    broker: number,
    body: any,
    version: number,
  ): { readonly sessionId: number; readonly partitions: readonly AskedPartition[] } | ErrorName {
    const named = this.#named(body.topics, version)
    const forgotten = this.#named(body.forgottenTopicsData ?? [], version)
    this.fetches.push({
      broker,
      version,
      sessionId: body.sessionId,
      sessionEpoch: body.sessionEpoch,
      partitions: named.map(({ topic, partition }) => `${topic}-${partition}`),
      offsets: Object.fromEntries(named.map(({ topic, partition, fetchOffset }) => [`${topic}-${partition}`, fetchOffset])),
      forgotten: forgotten.map(({ topic, partition }) => `${topic}-${partition}`),
      atMs: this.#time.monotonic(),
    })
    if (body.sessionEpoch < 0) return { sessionId: 0, partitions: named }
    if (body.sessionEpoch === 0) {
      this.#sessions.delete(body.sessionId)
      if (!this.grantsSessions) return { sessionId: 0, partitions: named }
      const sessionId = this.#sessionIds++
      this.#sessions.set(sessionId, { epoch: 1, partitions: new Map(named.map((entry) => [`${entry.topic}-${entry.partition}`, entry])) })
      return { sessionId, partitions: named }
    }
    const session = this.#sessions.get(body.sessionId)
    if (session === undefined) return 'FETCH_SESSION_ID_NOT_FOUND'
    if (session.epoch !== body.sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH'
    session.epoch++
    for (const { topic, partition } of forgotten) session.partitions.delete(`${topic}-${partition}`)
    for (const entry of named) session.partitions.set(`${entry.topic}-${entry.partition}`, entry)
    return { sessionId: body.sessionId, partitions: [...session.partitions.values()] }
  }

  #named(topics: any[], version: number): AskedPartition[] {
    return topics.flatMap(({ topic, topicId, partitions }) =>
      partitions.map((entry: any) => ({
        topic: version >= 13 ? topicId.replace(/A+$/, '') : topic,
        partition: typeof entry === 'number' ? entry : entry.partition,
        fetchOffset: entry.fetchOffset ?? -1,
        partitionMaxBytes: entry.partitionMaxBytes ?? 0,
      })),
    )
  }

  #hasNews({ topic, partition, fetchOffset, broker }: AskedPartition, isolationLevel: number): boolean {
    const log = this.log(`${topic}-${partition}`)
    const end = isolationLevel === 1 ? (log.lastStableOffset ?? log.end) : log.end
    return hasError(log, broker) || fetchOffset < log.start || fetchOffset > log.end || fetchOffset < end || log.preferredReadReplica >= 0
  }

  #answer({ topic, partition, fetchOffset, partitionMaxBytes, broker }: AskedPartition, isolationLevel: number): object {
    const log = this.log(`${topic}-${partition}`)
    const stable = log.lastStableOffset ?? log.end
    const base = {
      partitionIndex: partition,
      errorCode: 0,
      highWatermark: log.end,
      lastStableOffset: stable,
      logStartOffset: log.start,
      divergingEpoch: { epoch: -1, endOffset: -1 },
      currentLeader: { leaderId: -1, leaderEpoch: -1 },
      snapshotId: { endOffset: -1, epoch: -1 },
      abortedTransactions: isolationLevel === 1 ? log.aborted : null,
      preferredReadReplica: -1,
      records: Buffer.alloc(0),
    }
    if (log.error !== undefined && hasError(log, broker))
      return { ...base, errorCode: errorCode(log.error), currentLeader: log.currentLeader }
    if (fetchOffset < log.start || fetchOffset > log.end) return { ...base, errorCode: errorCode('OFFSET_OUT_OF_RANGE') }
    if (log.preferredReadReplica >= 0) return { ...base, preferredReadReplica: log.preferredReadReplica }
    const limit = isolationLevel === 1 ? stable : Infinity
    const visible = new FakeLog()
    for (const batch of log.batches) if (batch.first < limit) visible.batches.push(batch)
    return { ...base, records: visible.read(fetchOffset, partitionMaxBytes) }
  }

  #wait(partitions: readonly AskedPartition[], body: any): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        timed.cancel()
        this.#arrivals.delete(look)
        resolve()
      }
      const look = () => {
        if (partitions.some((partition) => this.#hasNews(partition, body.isolationLevel))) end()
      }
      const timed = this.#time.after(body.maxWaitMs, end)
      this.#arrivals.add(look)
    })
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#time.after(ms, resolve)
    })
  }
}

const hasError = ({ error, errorAt }: FakeLog, broker: number | undefined): boolean =>
  error !== undefined && (errorAt === undefined || errorAt === broker)
