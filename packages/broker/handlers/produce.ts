import type { Buffer } from 'node:buffer'
import type { Appended } from '@odradek/log'
import { CloseConnection } from '@odradek/network'
import { errorName, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { Produce } from '@odradek/protocol/messages'
import { BATCH_HEADER_SIZE, isTransactional } from '@odradek/protocol/records'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { DelayedProduce } from '../replication/delayed-produce.ts'
import type { Failable } from '../replication/delayed-produce.ts'
import type { Partition, PartitionAppendOptions } from '../replication/partition.ts'
import type { Replicas, TopicReplicas } from '../replication/replicas.ts'

type Request = RequestOf<typeof Produce>
type Response = ResponseDraft<typeof Produce>

/**
 * Appends batches, and answers when they are as safe as the client asked for: `acks=1` in the page cache, `acks=all` on the
 * disks of all in-sync replicas. A bad batch fails its partition and none of the others.
 *
 * Versions 0 to 2 are announced and refused: old librdkafka takes a minimum above 0 for a broker that cannot compress (KAFKA-18659).
 */
export const produce = (replicas: Replicas): Handler<Request, Response> =>
  handler(Produce, (request, context) => new Appending(replicas, request, context).answer(), {
    announced: [0, Produce.versions[1]],
    overlaps: true,
    borrowsFrame: true,
    failed: (request, code) => failedResponse(request, errorName(code)),
  })

/** One produce request. */
class Appending {
  readonly #replicas: Replicas
  readonly #request: Request
  readonly #context: RequestContext
  readonly #delayed: DelayedProduce | undefined
  readonly #appendOptions: PartitionAppendOptions
  readonly #namesTopicsById: boolean
  #failed = false

  constructor(replicas: Replicas, request: Request, context: RequestContext) {
    this.#replicas = replicas
    this.#request = request
    this.#context = context
    this.#namesTopicsById = context.apiVersion >= 13
    this.#appendOptions = { origin: 'client', apiVersion: context.apiVersion, allInSync: request.acks === -1 }
    this.#delayed = request.acks === 0 ? undefined : new DelayedProduce(replicas.deadlines)
  }

  /** The batches are in the log when this returns; the answer comes when they are safe. */
  answer(): Response | undefined | Promise<Response> {
    const response = this.#appendAll()
    const delayed = this.#delayed
    if (delayed === undefined) return this.#sayNothing(response)
    if (!delayed.pending) return response
    delayed.expireAfter(this.#request.timeoutMs)
    return delayed.settled(response)
  }

  #appendAll(): ProduceResponse {
    const refusal = findRefusal(this.#request)
    if (refusal !== undefined) {
      this.#failed = true
      return failedResponse(this.#request, refusal)
    }
    const responses: TopicResponse[] = []
    for (const { name, topicId, partitionData } of this.#request.topicData) {
      const topic = this.#namesTopicsById ? this.#replicas.topicById(topicId) : this.#replicas.topic(name)
      const partitionResponses: PartitionAnswer[] = []
      for (const { index, records } of partitionData) partitionResponses.push(this.#append(topic, index, records))
      responses.push({ name, topicId, partitionResponses })
    }
    return { responses }
  }

  #append(topic: TopicReplicas | undefined, index: number, records: Buffer | null): PartitionAnswer {
    const answer = new PartitionAnswer(index)
    try {
      if (topic === undefined) throw new KafkaError(this.#namesTopicsById ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
      if (topic.internal && this.#context.clientId !== adminClientId) throw new KafkaError('INVALID_TOPIC_EXCEPTION')
      const partition = topic.partition(index)
      if (partition === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
      if (records === null) throw new KafkaError('INVALID_RECORD', 'There is no record batch.')
      if (isTransactionalBatch(records)) throw new KafkaError('INVALID_TXN_STATE', 'This broker does not serve transactions yet.')
      const appended = partition.append(records, this.#appendOptions)
      if (appended instanceof Promise) this.#await(appended, { topic, partition, answer, bytes: records.length })
      else this.#appended(appended, { topic, partition, answer, bytes: records.length })
    } catch (error) {
      this.#refused(error, topic, answer, records?.length ?? 0)
    }
    return answer
  }

  #appended(appended: Appended, { topic, partition, answer, bytes }: Target): void {
    topic.metrics.produced(appended.records, bytes)
    answer.baseOffset = appended.baseOffset
    answer.logAppendTimeMs = appended.logAppendTimeMs
    answer.logStartOffset = partition.log.startOffset
    if (this.#delayed === undefined) return
    const { allInSync } = this.#appendOptions
    // A repeated batch may be safe already.
    const safeUpTo = allInSync ? partition.highWatermark : partition.log.writtenOffset
    if (appended.lastOffset < safeUpTo) return
    this.#delayed.waitFor(allInSync ? partition.replicatedWaiters : partition.writtenWaiters, appended.lastOffset, answer)
  }

  #refused(error: unknown, topic: TopicReplicas | undefined, answer: PartitionAnswer, bytes: number): void {
    this.#failed = true
    answer.failWith(this.#replicas.asKafkaError(error, 'append'))
    topic?.metrics.produceFailed(answer.errorCode, bytes)
  }

  /** The batch has to be opened first. It has its place in the line: later ones of the partition wait behind it. */
  #await(appending: Promise<Appended>, target: Target): void {
    this.#delayed?.hold()
    appending
      .then(
        (appended) => this.#appended(appended, target),
        (error: unknown) => {
          this.#refused(error, target.topic, target.answer, target.bytes)
          if (this.#delayed === undefined) this.#context.connection.close(refusedUnheard(target.answer))
        },
      )
      .finally(() => this.#delayed?.partitionSettled())
      .catch((error: unknown) => this.#refused(error, target.topic, target.answer, target.bytes))
  }

  /** With acks=0 the client reads no answer. Only a closed connection makes it ask for new metadata. */
  #sayNothing({ responses }: ProduceResponse): undefined {
    if (!this.#failed) return undefined
    const failed = responses.flatMap((topic) => topic.partitionResponses).find(({ errorCode: code }) => code !== 0)
    throw new CloseConnection(refusedUnheard(failed))
  }
}

/** Where a batch goes, and where it is told what became of it. */
interface Target {
  readonly topic: TopicReplicas
  readonly partition: Partition
  readonly answer: PartitionAnswer
  readonly bytes: number
}

interface ProduceResponse {
  readonly responses: readonly TopicResponse[]
}

interface TopicResponse {
  readonly name: string
  readonly topicId: string
  readonly partitionResponses: readonly PartitionAnswer[]
}

/** What the answer says about a partition. */
class PartitionAnswer implements Failable {
  readonly index: number
  errorCode = 0
  baseOffset = -1
  logAppendTimeMs = -1
  logStartOffset = -1
  recordErrors: readonly { readonly batchIndex: number; readonly batchIndexErrorMessage: string }[] = []
  errorMessage: string | null = null

  constructor(index: number) {
    this.index = index
  }

  fail(error: ErrorName): void {
    this.failWith(new KafkaError(error))
  }

  failWith(error: KafkaError): void {
    this.errorCode = error.wireCode
    this.errorMessage = error.message
    this.baseOffset = -1
    this.logAppendTimeMs = -1
    this.logStartOffset = -1
    this.recordErrors = error.recordErrors.map(({ batchIndex, message }) => ({ batchIndex, batchIndexErrorMessage: message }))
  }
}

/** Apache's admin client may write to internal topics; its tools use that name. */
const adminClientId = '__admin_client'

function refusedUnheard(answer: PartitionAnswer | undefined): string {
  return `its produce request with acks=0 failed with ${errorName(answer?.errorCode ?? -1)}, which it would not hear`
}

/** Why nothing of the request is appended. */
function findRefusal({ acks, transactionalId, topicData }: Request): ErrorName | undefined {
  const isTransactionalRequest = topicData.some(({ partitionData }) => partitionData.some(({ records }) => isTransactionalBatch(records)))
  if (isTransactionalRequest && transactionalId === null) return 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
  return acks === -1 || acks === 0 || acks === 1 ? undefined : 'INVALID_REQUIRED_ACKS'
}

function isTransactionalBatch(records: Buffer | null): boolean {
  return records !== null && records.length >= BATCH_HEADER_SIZE && isTransactional(records, 0)
}

function failedResponse({ topicData }: Request, error: ErrorName): ProduceResponse {
  return {
    responses: topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => {
        const answer = new PartitionAnswer(index)
        answer.fail(error)
        return answer
      }),
    })),
  }
}
