import { errorCode, KafkaError } from '@odradek/protocol'
import { Fetch } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import type { LiveSettings } from '../config/index.ts'
import type { FetchRound, FetchSessions, FetchTarget } from '../fetch-sessions.ts'
import { handler } from '../handler.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { DelayedFetch } from '../replication/delayed-fetch.ts'
import type { FetchReader } from '../replication/delayed-fetch.ts'
import { FetchedPartition } from '../replication/fetched-partition.ts'
import type { Partition } from '../replication/partition.ts'
import type { Replicas, TopicReplicas } from '../replication/replicas.ts'

type Request = RequestOf<typeof Fetch>
type Response = ResponseDraft<typeof Fetch>

export interface FetchParts {
  readonly replicas: Replicas
  readonly fetchSessions: FetchSessions
  readonly responseRoom: () => number
  readonly settings: Pick<LiveSettings, 'broker'>
}

/** Reads batches: at once, or when enough of them are there (a long poll). */
export const fetch = (parts: FetchParts): Handler<Request, Response> =>
  handler(Fetch, (request, context) => new Fetching(parts, request, context).answer(), { borrowsFrame: true, failed: failedResponse })

/** One fetch request. */
class Fetching {
  readonly #parts: FetchParts
  readonly #request: Request
  readonly #context: RequestContext
  readonly #replicaId: number
  readonly #reader: FetchReader
  readonly #maxBytes: number

  constructor(parts: FetchParts, request: Request, context: RequestContext) {
    this.#parts = parts
    this.#request = request
    this.#context = context
    this.#replicaId = context.apiVersion >= 15 ? request.replicaState.replicaId : request.replicaId
    this.#reader = this.#replicaId >= 0 ? 'replica' : request.isolationLevel === 1 ? 'read-committed' : 'read-uncommitted'
    this.#maxBytes = Math.min(request.maxBytes, parts.settings.broker['fetch.max.bytes'], parts.responseRoom())
  }

  answer(): Response | Promise<Response> {
    const round = this.#parts.fetchSessions.begin(this.#request, { usesTopicIds: this.#usesTopicIds, fromFollower: this.#replicaId >= 0 })
    if (typeof round === 'string') return { errorCode: errorCode(round), responses: [] }
    if (this.#request.maxWaitMs <= 0 || round.targetCount === 0 || this.#hasEnough(round)) return this.#read(round)
    return this.#wait(round).then(() => {
      if (round.overtaken()) return { errorCode: errorCode('INVALID_FETCH_SESSION_EPOCH'), responses: [] }
      return this.#context.signal.aborted ? { responses: [] } : this.#read(round)
    })
  }

  get #usesTopicIds(): boolean {
    return this.#context.apiVersion >= 13
  }

  get #minBytes(): number {
    return Math.min(this.#request.minBytes, this.#maxBytes)
  }

  /** Whether there are bytes enough, or an error to tell, so that waiting makes no sense. */
  #hasEnough(round: FetchRound): boolean {
    const minBytes = this.#minBytes
    let bytes = 0
    for (const target of round.targets) {
      const readable = this.#readableBytes(target, Math.min(minBytes - bytes, target.maxBytes))
      if (readable === undefined) return true
      bytes += readable
      if (bytes >= minBytes) return true
    }
    return false
  }

  /** Undefined when there is something to tell at once. */
  #readableBytes(target: FetchTarget, enough: number): number | undefined {
    try {
      const partition = this.#partitionOf(target)
      partition.requireLeader(target.currentLeaderEpoch)
      return partition.divergence(target) === undefined ? partition.readableBytes(target, this.#reader, enough) : undefined
    } catch {
      // Reading will fail in the same way, and then it goes into the answer.
      return undefined
    }
  }

  #wait(round: FetchRound): Promise<void> {
    const { replicas } = this.#parts
    const delayed = new DelayedFetch({ deadlines: replicas.deadlines, minBytes: this.#minBytes, reader: this.#reader })
    for (const target of round.targets) delayed.watch(this.#partitionOf(target), target)
    return delayed.wait(this.#request.maxWaitMs, this.#context.signal)
  }

  /** Reads the partitions in the order of the session, until `maxBytes` are full. What comes from memory takes no turn of the loop. */
  #read(round: FetchRound): Response | Promise<Response> {
    const found: FetchedPartition[] = []
    const targets = [...round.targets]
    let bytes = 0
    let next = 0
    const readOn = (): Promise<void> | undefined => {
      while (next < targets.length) {
        const fetched = new FetchedPartition(targets[next++]!)
        found.push(fetched)
        const reading = this.#readPartition(fetched, { maxBytes: this.#maxBytes - bytes, atLeastOneBatch: bytes === 0 })
        if (reading !== undefined) {
          return reading.then(() => {
            bytes += fetched.bytes
            return readOn()
          })
        }
        bytes += fetched.bytes
      }
      return undefined
    }
    const reading = readOn()
    return reading === undefined ? this.#respond(round, found) : reading.then(() => this.#respond(round, found))
  }

  #readPartition(
    fetched: FetchedPartition,
    room: { readonly maxBytes: number; readonly atLeastOneBatch: boolean },
  ): Promise<void> | undefined {
    const { target } = fetched
    const failed = (error: unknown): void => fetched.fail(this.#parts.replicas.asKafkaError(error, 'read a partition'))
    try {
      const partition = this.#partitionOf(target)
      partition.requireLeader(target.currentLeaderEpoch)
      fetched.describe(partition, this.#reader)
      fetched.divergingEpoch = partition.divergence(target)
      if (fetched.divergingEpoch !== undefined) return undefined
      const slice = partition.read(target.fetchOffset, {
        reader: this.#reader,
        maxBytes: Math.min(room.maxBytes, target.maxBytes),
        atLeastOneBatch: room.atLeastOneBatch,
      })
      if (slice instanceof Promise) return slice.then((later) => fetched.hold(later), failed)
      fetched.hold(slice)
    } catch (error) {
      failed(error)
    }
    return undefined
  }

  #respond(round: FetchRound, found: readonly FetchedPartition[]): Response {
    const { sessionId, partitions } = round.answer(found)
    let bytes = 0
    for (const fetched of found) {
      bytes += fetched.bytes
      this.#topicOf(fetched.target)?.metrics.fetched(fetched.bytes, fetched.errorCode !== 0)
    }
    if (bytes > 0) {
      this.#context.whenSent(() => {
        for (const fetched of found) fetched.release()
      })
    }
    return { errorCode: 0, sessionId, responses: byTopic(partitions) }
  }

  #topicOf({ topic, topicId }: FetchTarget): TopicReplicas | undefined {
    return this.#usesTopicIds ? this.#parts.replicas.topicById(topicId) : this.#parts.replicas.topic(topic)
  }

  #partitionOf(target: FetchTarget): Partition {
    const topic = this.#topicOf(target)
    if (topic === undefined) throw new KafkaError(this.#usesTopicIds ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
    const partition = topic.partition(target.partition)
    if (partition === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
    return partition
  }
}

interface TopicResponse {
  readonly topic: string
  readonly topicId: string
  readonly partitions: FetchedPartition[]
}

/** Neighbours of one topic under one heading. The order of the partitions says which come first next time, so it stays. */
function byTopic(partitions: readonly FetchedPartition[]): TopicResponse[] {
  const topics: TopicResponse[] = []
  let last: TopicResponse | undefined
  for (const fetched of partitions) {
    const { topic, topicId } = fetched.target
    if (last === undefined || last.topic !== topic || last.topicId !== topicId) {
      last = { topic, topicId, partitions: [] }
      topics.push(last)
    }
    last.partitions.push(fetched)
  }
  return topics
}

/** Before version 7 the partitions are the only place for the error. */
function failedResponse({ topics }: Request, code: number): Response {
  return {
    errorCode: code,
    responses: topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(({ partition }) => {
        return { partitionIndex: partition, errorCode: code, highWatermark: -1, abortedTransactions: null, records: null }
      }),
    })),
  }
}
