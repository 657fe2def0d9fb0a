import { Buffer } from 'node:buffer'
import { ZERO_UUID } from '@odradek/common/bytes'
import type { SeededRandom } from '@odradek/common/random'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { Fetch } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { pick } from '../../world/pick.ts'
import type { World } from '../../world/world.ts'
import { served } from '../call.ts'
import type { BrokerIdentity } from '../broker-identity.ts'
import type { ModelCluster } from '../model-cluster.ts'
import type { AbortedTransaction, ModelPartition } from '../model-partition.ts'
import { FetchSessions } from './fetch-sessions.ts'
import type { FetchSession, SessionPartition } from './fetch-sessions.ts'
import { endpointsOf, hintFor, leadershipError } from './leadership.ts'

type Request = RequestOf<typeof Fetch>
type PartitionAnswer = NonNullable<ResponseDraft<typeof Fetch>['responses']>[number]['partitions'][number]

interface Read {
  readonly asked: SessionPartition
  readonly partition: ModelPartition | undefined
  readonly answer: PartitionAnswer
  readonly bytes: number
}

const refusals: readonly ErrorName[] = ['NOT_LEADER_OR_FOLLOWER', 'KAFKA_STORAGE_ERROR', 'OFFSET_NOT_AVAILABLE', 'REPLICA_NOT_AVAILABLE']
const hidden: ReadonlySet<ErrorName> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'])

/** Reads below the high watermark or the last stable offset, within sessions, and waits when there is nothing. */
export class FetchHandlers {
  readonly #cluster: ModelCluster
  readonly #world: World
  readonly #dice: SeededRandom
  readonly #sessions = new Map<number, FetchSessions>()

  constructor(cluster: ModelCluster, world: World, dice: SeededRandom) {
    this.#cluster = cluster
    this.#world = world
    this.#dice = dice
    for (const { id } of cluster.brokers) this.#sessions.set(id, new FetchSessions(dice.fork(`sessions/${id}`)))
  }

  /** A broker has crashed, or its cache was full. */
  forgetSessions(broker: BrokerIdentity): void {
    this.#sessions.get(broker.id)?.clear()
  }

  readonly handler = () =>
    served(Fetch, (request, { broker, version, linkId, answer }) => {
      const sessions = this.#sessions.get(broker.id)
      if (sessions === undefined) return answer(undefined)
      const opened = this.#session(request, version, sessions, linkId)
      if (typeof opened === 'string') {
        this.#world.sometimes('refused a fetch session')
        return answer({ throttleTimeMs: 0, errorCode: errorCode(opened), sessionId: 0, responses: [], nodeEndpoints: [] })
      }
      const { session, isFull } = opened
      const asked = session === undefined ? askedOf(request, this.#cluster, version) : [...session.partitions.values()]
      const { life } = broker
      const deadlineMs = this.#world.nowMs + request.maxWaitMs
      const attempt = (): void => {
        if (broker.life !== life) return
        const reads = this.#readAll(asked, request, broker, version)
        const bytes = reads.reduce((sum, read) => sum + read.bytes, 0)
        const hasNews = reads.some(({ answer: { errorCode: code, divergingEpoch } }) => code !== 0 || (divergingEpoch?.epoch ?? -1) >= 0)
        if (bytes < request.minBytes && !hasNews && this.#world.nowMs < deadlineMs && asked.length > 0)
          return this.#wait(reads, deadlineMs, attempt)
        if (asked.length === 0 && this.#world.nowMs < deadlineMs) {
          this.#world.time.after(deadlineMs - this.#world.nowMs, attempt)
          return
        }
        answer(this.#response(reads, session, isFull, version))
      }
      attempt()
    })

  #session(
    request: Request,
    version: number,
    sessions: FetchSessions,
    linkId: number,
  ): { readonly session: FetchSession | undefined; readonly isFull: boolean } | ErrorName {
    const { sessionId, sessionEpoch } = request
    if (version < 7 || sessionEpoch === -1) {
      if (sessionId !== 0) sessions.close(sessionId)
      return { session: undefined, isFull: true }
    }
    if (sessionEpoch === 0) {
      if (sessionId !== 0) sessions.close(sessionId)
      const session = sessions.open(linkId)
      for (const asked of askedOf(request, this.#cluster, version)) session.partitions.set(keyOf(asked), asked)
      this.#world.sometimes('opened a fetch session')
      return { session, isFull: true }
    }
    const session = sessions.get(sessionId)
    if (session === undefined || this.#world.strikes('forgottenSession', this.#dice)) {
      sessions.close(sessionId)
      return 'FETCH_SESSION_ID_NOT_FOUND'
    }
    if (session.epoch !== sessionEpoch) {
      // One request at a time: who asks on the same connection has had the answer to the one before.
      if (session.linkId === linkId)
        this.#world.violate('KIP-227', `session ${sessionId} is at epoch ${session.epoch} and was asked with ${sessionEpoch}`)
      this.#world.sometimes('refused a fetch session epoch')
      return 'INVALID_FETCH_SESSION_EPOCH'
    }
    session.linkId = linkId
    session.epoch = session.epoch === 0x7fff_ffff ? 1 : session.epoch + 1
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const partition of partitions) session.partitions.delete(`${version >= 13 ? topicId : topic}/${partition}`)
    }
    for (const asked of askedOf(request, this.#cluster, version)) {
      const key = keyOf(asked)
      session.partitions.delete(key)
      session.partitions.set(key, asked)
    }
    this.#world.sometimes('continued a fetch session')
    return { session, isFull: false }
  }

  #readAll(asked: readonly SessionPartition[], request: Request, broker: BrokerIdentity, version: number): readonly Read[] {
    let left = request.maxBytes
    return asked.map((one) => {
      const read = this.#read(one, request, broker, version, left)
      left -= read.bytes
      return read
    })
  }

  #read(asked: SessionPartition, request: Request, broker: BrokerIdentity, version: number, left: number): Read {
    const topic = version >= 13 ? this.#cluster.topicsById.get(asked.topicId) : this.#cluster.topics.get(asked.topic)
    const partition = topic?.partitions[asked.partition]
    let error =
      version >= 13 && topic === undefined
        ? 'UNKNOWN_TOPIC_ID'
        : leadershipError(this.#cluster, broker, partition, asked.currentLeaderEpoch)
    if (error === undefined && this.#world.strikes('refusedRequest', this.#dice)) error = pick(refusals, this.#dice)
    if (error !== undefined || partition === undefined)
      return this.#failed(asked, partition, error ?? 'UNKNOWN_TOPIC_OR_PARTITION', version)
    if (asked.lastFetchedEpoch >= 0) {
      const end = partition.endOfEpoch(asked.lastFetchedEpoch)
      if (end.epoch < asked.lastFetchedEpoch || end.endOffset < asked.fetchOffset) {
        this.#world.sometimes('told a reader that its log diverges')
        return { asked, partition, answer: { ...emptyAnswer(asked.partition, partition), divergingEpoch: end }, bytes: 0 }
      }
    }
    if (asked.fetchOffset < 0 || asked.fetchOffset > partition.endOffset)
      return this.#failed(asked, partition, 'OFFSET_OUT_OF_RANGE', version)
    const isCommittedOnly = request.isolationLevel === 1
    const bound = isCommittedOnly ? partition.lastStableOffset : partition.highWatermark
    const batches = left <= 0 ? [] : partition.read(asked.fetchOffset, bound, Math.min(left, asked.partitionMaxBytes))
    const records = Buffer.concat(batches.map(({ bytes }) => bytes))
    const end = batches.at(-1)?.lastOffset ?? -1
    const aborted = isCommittedOnly ? this.#aborted(partition, asked.fetchOffset, end) : null
    if (aborted !== null && aborted.length > 1) this.#world.sometimes('listed several aborted transactions')
    const whole =
      batches.length > 0 && this.#world.strikes('cut', this.#dice) ? this.#withHalfABatch(records, partition, end + 1, bound) : records
    const answer: PartitionAnswer = {
      ...emptyAnswer(asked.partition, partition),
      abortedTransactions: aborted?.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })) ?? null,
      records: whole,
    }
    return { asked, partition, answer, bytes: records.length }
  }

  /** Old brokers fill the answer up with the beginning of the next batch. */
  #withHalfABatch(records: Buffer, partition: ModelPartition, offset: number, bound: number): Buffer {
    const next = partition.batchAt(offset)
    if (next === undefined || next.lastOffset >= bound) return records
    this.#world.sometimes('sent half a batch')
    return Buffer.concat([records, next.bytes.subarray(0, 1 + this.#dice.nextInt(next.bytes.length - 1))])
  }

  /** All that overlap the answer, in no order that a reader could rely on. */
  #aborted(partition: ModelPartition, from: number, end: number): readonly AbortedTransaction[] {
    const found = partition.aborted.filter(({ firstOffset, markerOffset }) => markerOffset >= from && firstOffset <= end)
    for (let i = found.length - 1; i > 0; i--) {
      const other = this.#dice.nextInt(i + 1)
      const [a, b] = [found[i], found[other]]
      if (a !== undefined && b !== undefined) [found[i], found[other]] = [b, a]
    }
    return found
  }

  #failed(asked: SessionPartition, partition: ModelPartition | undefined, error: ErrorName, version: number): Read {
    this.#world.note('refuse fetch', asked.topic, asked.partition, error)
    const currentLeader = version >= 12 && this.#dice.nextInt(4) !== 0 ? hintFor(partition, error) : { leaderId: -1, leaderEpoch: -1 }
    const answer: PartitionAnswer = {
      partitionIndex: asked.partition,
      errorCode: errorCode(error),
      highWatermark: -1,
      lastStableOffset: -1,
      logStartOffset: -1,
      divergingEpoch: { epoch: -1, endOffset: -1 },
      currentLeader,
      snapshotId: { endOffset: -1, epoch: -1 },
      abortedTransactions: null,
      preferredReadReplica: -1,
      records: Buffer.alloc(0),
    }
    return { asked, partition: hidden.has(error) ? undefined : partition, answer, bytes: 0 }
  }

  #wait(reads: readonly Read[], deadlineMs: number, attempt: () => void): void {
    let isOver = false
    const calledOff: (() => void)[] = []
    const end = (): void => {
      if (isOver) return
      isOver = true
      timer.cancel()
      for (const callOff of calledOff) callOff()
      attempt()
    }
    const timer = this.#world.time.after(deadlineMs - this.#world.nowMs, end)
    for (const { partition } of reads) if (partition !== undefined) calledOff.push(partition.whenMore(end))
  }

  #response(reads: readonly Read[], session: FetchSession | undefined, isFull: boolean, version: number) {
    const news = reads.filter(({ asked, answer, bytes }) => {
      const key = keyOf(asked)
      const state = answer.highWatermark * 1_000 + (answer.lastStableOffset ?? 0)
      const isNews = bytes > 0 || answer.errorCode !== 0 || (answer.divergingEpoch?.epoch ?? -1) >= 0 || session?.told.get(key) !== state
      session?.told.set(key, state)
      return isFull || isNews
    })
    const byTopic = new Map<string, Read[]>()
    for (const read of news) {
      const key = version >= 13 ? read.asked.topicId : read.asked.topic
      const list = byTopic.get(key)
      if (list === undefined) byTopic.set(key, [read])
      else list.push(read)
    }
    const leaders =
      version >= 16 ? news.flatMap(({ answer }) => (answer.errorCode === 0 ? [] : [answer.currentLeader?.leaderId ?? -1])) : []
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      sessionId: session?.id ?? 0,
      responses: [...byTopic.values()].map((list) => ({
        topic: list[0]?.asked.topic ?? '',
        topicId: list[0]?.asked.topicId ?? ZERO_UUID,
        partitions: list.map(({ answer }) => answer),
      })),
      nodeEndpoints: endpointsOf(this.#cluster, leaders),
    }
  }
}

function askedOf(request: Request, cluster: ModelCluster, version: number): readonly SessionPartition[] {
  return request.topics.flatMap(({ topic, topicId, partitions }) => {
    const name = version >= 13 ? (cluster.topicsById.get(topicId)?.name ?? '') : topic
    return partitions.map((one) => ({ ...one, topic: name, topicId }))
  })
}

function keyOf({ topic, topicId, partition }: SessionPartition): string {
  return `${topicId === ZERO_UUID ? topic : topicId}/${partition}`
}

function emptyAnswer(index: number, partition: ModelPartition): PartitionAnswer {
  return {
    partitionIndex: index,
    errorCode: 0,
    highWatermark: partition.highWatermark,
    lastStableOffset: partition.lastStableOffset,
    logStartOffset: 0,
    divergingEpoch: { epoch: -1, endOffset: -1 },
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
    snapshotId: { endOffset: -1, epoch: -1 },
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: Buffer.alloc(0),
  }
}
