import type { Produce } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import { errorCode, errorMessage, errorName, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { ExponentialBackoff } from '../cluster/exponential-backoff.ts'
import { errorOf, isMetadataError } from '../errors/index.ts'
import type { ClientLogger } from '../logger.ts'
import type { Accumulator } from './accumulator.ts'
import { hintFor } from './hints.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { answerFor } from './produce-request.ts'
import type { Parcel, PartitionResponse } from './produce-request.ts'
import type { ProducerBatch } from './producer-batch.ts'
import type { ProducerIdentity } from './producer-identity.ts'
import type { Outcome } from './receipts.ts'
import type { SenderMetrics } from './sender-metrics.ts'
import { splitBatch } from './split-batch.ts'
import { judge } from './verdict.ts'
import type { Rules, Verdict } from './verdict.ts'

/** The open transaction, as far as it has to do with sending. */
export interface SendingTransaction {
  /** Produce versions above this one add partitions to a transaction by themselves (KIP-890); undefined: any. */
  readonly maxProduceVersion: number | undefined
  /** Whether anything may be sent at all; asks the coordinator for what is missing. */
  prepare(): boolean
  /** Whether the partition belongs to the transaction. */
  allows(queue: PartitionQueue): boolean
  /** A batch was opened for the partition. */
  opened(queue: PartitionQueue): void
  /** A record or batch is lost: the transaction can't be committed any more. Gives the error as users see it. */
  batchFailed(error: Error, wasSent: boolean): Error
}

export interface AnswersParts {
  readonly rules: Rules
  readonly settings: { readonly deliveryTimeoutMs: number; readonly batchSize: number; readonly maxRequestSize: number }
  readonly accumulator: Accumulator
  readonly cluster: Pick<Cluster, 'learnLeader' | 'requestRefresh'>
  readonly backoff: ExponentialBackoff
  readonly identity: ProducerIdentity | undefined
  readonly transaction: SendingTransaction | undefined
  readonly metrics: SenderMetrics
  readonly logger: ClientLogger
  /** The producer as a whole can't go on. */
  readonly fatal: (error: KafkaError) => void
  /** A batch is settled and its memory free. */
  readonly settled: () => void
}

/** Does what a verdict says: settles batches, puts them back, splits them, bumps the epoch. */
export class Answers {
  readonly #parts: AnswersParts

  constructor(parts: AnswersParts) {
    this.#parts = parts
  }

  /** An answer to a request with these batches. */
  apply(parcels: readonly Parcel[], answer: ResponseOf<typeof Produce>, broker: number, nowMs: number): void {
    for (const parcel of parcels) {
      const said = answerFor(answer, parcel.queue)
      if (said === undefined) {
        this.#judged(parcel, 'NETWORK_EXCEPTION', -1, nowMs, () =>
          this.#error(parcel, 'NETWORK_EXCEPTION', 'the answer leaves the partition out'),
        )
        continue
      }
      const name = said.errorCode === 0 ? 'NONE' : errorName(said.errorCode)
      if (name === 'NONE') this.#written(parcel, said.baseOffset, said.logAppendTimeMs, broker)
      else {
        if (name === 'NOT_LEADER_OR_FOLLOWER' || name === 'FENCED_LEADER_EPOCH') this.#learnLeader(parcel.queue, said, answer)
        if (isMetadataError(name)) this.#parts.cluster.requestRefresh()
        this.#judged(parcel, name, said.logStartOffset, nowMs, () => this.#saidError(parcel, said))
      }
    }
  }

  /** With `acks=0` there is no answer: whoever wants none is content. */
  handedOver({ queue, batch }: Parcel): void {
    if (batch.isExpired) return this.#buried(queue, batch, false)
    // The socket may still hold the bytes, so the buffer is not used again.
    this.#settle(queue, batch, { baseOffset: -1, logAppendTimeMs: -1, error: undefined }, false)
    this.#parts.settled()
  }

  /** There was no answer. */
  callFailed(parcel: Parcel, cause: unknown, nowMs: number): void {
    if (!(cause instanceof KafkaError)) return this.#failed(parcel, cause instanceof Error ? cause : new Error(String(cause)), undefined)
    this.#judged(parcel, cause.code, -1, nowMs, () => this.#error(parcel, cause.code, cause.message, cause))
  }

  /** `delivery.timeout.ms` is over. */
  expire(parcel: Parcel): void {
    const { queue, batch } = parcel
    const { deliveryTimeoutMs } = this.#parts.settings
    const { count, lastError } = batch
    const why = lastError === undefined ? whyNot(queue, batch) : `the last attempt: ${lastError.message}`
    const message = `${records(count)} for ${queue.topic}-${queue.partition} not acknowledged within ${deliveryTimeoutMs} ms (delivery.timeout.ms) after ${attempts(batch)}; ${why}`
    const error = new KafkaError('REQUEST_TIMED_OUT', `REQUEST_TIMED_OUT: ${message}`, {
      ...(lastError === undefined ? {} : { cause: lastError }),
      hint:
        batch.sequence < 0 && batch.attempts === 0 && !batch.isOnWire
          ? 'Nothing of it was sent.'
          : 'The records may have been written all the same.',
    })
    this.#failed(parcel, error, batch.sequence >= 0 ? 'unresolved' : undefined)
  }

  /** Nothing more is done for the batch. */
  abandon(parcel: Parcel, error: Error): void {
    // Whoever gives up knows whether the producer goes on: an id that was refused may be granted to the next batch.
    this.#failed(parcel, error, parcel.batch.sequence >= 0 ? 'unresolved' : undefined, false)
  }

  /** Batches that were given up were not written, and others behind them would be missing their sequences. */
  gapFound(queue: PartitionQueue): void {
    const { transaction } = this.#parts
    if (transaction === undefined) return this.#bump(queue, undefined)
    transaction.batchFailed(
      new KafkaError(
        'OUT_OF_ORDER_SEQUENCE_NUMBER',
        `Nobody knows whether the last records for ${queue.topic}-${queue.partition} were written.`,
      ),
      true,
    )
  }

  #judged(parcel: Parcel, name: ErrorName, logStartOffset: number, nowMs: number, makeError: () => KafkaError): void {
    const { queue, batch } = parcel
    if (batch.isExpired) return this.#buried(queue, batch)
    const verdict = judge(name, logStartOffset, batch, queue.sequences, this.#parts.rules)
    queue.sequences.doubted()
    if (verdict.kind === 'written') return this.#written(parcel, -1, -1, batch.triedLeader)
    if (verdict.kind === 'split') return this.#split(queue, batch, makeError())
    if (verdict.kind === 'fail') return this.#failed(parcel, makeError(), verdict.also)
    this.#retry(queue, batch, verdict, nowMs, makeError())
  }

  #written({ queue, batch }: Parcel, baseOffset: number, logAppendTimeMs: number, broker: number): void {
    if (this.#parts.identity !== undefined) queue.sequences.acknowledged(batch, baseOffset, broker)
    if (batch.isExpired) this.#parts.accumulator.release(batch)
    else this.#settle(queue, batch, { baseOffset, logAppendTimeMs, error: undefined }, true)
    this.#parts.settled()
  }

  #retry(queue: PartitionQueue, batch: ProducerBatch, { also }: Verdict & { kind: 'retry' }, nowMs: number, error: KafkaError): void {
    const { backoff, identity, logger, metrics } = this.#parts
    batch.attempts++
    batch.lastError = error
    batch.retryAtMs = nowMs + backoff.afterMs(batch.attempts)
    if (also === 'bump') this.#bump(queue, batch)
    else if (also === 'renumber' && identity !== undefined) queue.sequences.bumped()
    queue.putBack(batch)
    metrics.retried(queue.topic, batch.count)
    logger.debug(`Trying again: ${error.message}`, { topic: queue.topic, partition: queue.partition, attempt: batch.attempts })
  }

  /** Undefined `batch`: whatever epoch there is now is too old. */
  #bump(queue: PartitionQueue, batch: ProducerBatch | undefined): void {
    const { identity, logger } = this.#parts
    if (identity === undefined) return
    // The epoch may be a new one already, because of another partition; here nothing was sent under it.
    if (
      batch === undefined
        ? queue.sequences.isOf(identity)
        : batch.producerEpoch === identity.producerEpoch && batch.producerId === identity.producerId
    ) {
      identity.bump()
      logger.info(`Going on with producer epoch ${identity.producerEpoch}: the sequences of ${queue.topic}-${queue.partition} start anew`)
    }
    queue.sequences.bumped()
  }

  #failed({ queue, batch }: Parcel, cause: Error, also: 'bump' | 'unresolved' | undefined, mayBeFatal = true): void {
    const { identity, rules, metrics, transaction, fatal } = this.#parts
    if (batch.isExpired) return this.#buried(queue, batch)
    if (identity !== undefined && batch.sequence >= 0) {
      if (also === 'unresolved') queue.sequences.leftUnresolved(batch)
      else queue.sequences.failed(batch)
      if (also === 'bump') this.#bump(queue, batch)
    }
    if (batch.isOnWire) batch.isExpired = true
    const isFatal = mayBeFatal && cause instanceof KafkaError && rules.isIdempotent && fatalCodes.has(cause.code)
    const dead = isFatal ? new KafkaError(cause.code, cause.message, { cause, fatal: true, hint: cause.hint }) : undefined
    const shown = transaction === undefined ? (dead ?? cause) : transaction.batchFailed(cause, batch.sequence >= 0)
    metrics.failed(queue.topic, batch.count)
    batch.isOpen = false
    this.#settle(queue, batch, { baseOffset: -1, logAppendTimeMs: -1, error: shown, ...perRecord(cause) }, !batch.isOnWire)
    if (dead !== undefined && transaction === undefined) fatal(dead)
    this.#parts.settled()
  }

  /** The answer to a batch that was given up: its buffer is free at last. */
  #buried(queue: PartitionQueue, batch: ProducerBatch, isBufferFree = true): void {
    if (this.#parts.identity !== undefined) queue.sequences.failed(batch)
    this.#parts.accumulator.release(batch, isBufferFree)
    this.#parts.settled()
  }

  #settle(queue: PartitionQueue, batch: ProducerBatch, outcome: Outcome, isBufferFree: boolean): void {
    this.#parts.metrics.settled(queue, batch, outcome)
    // What is still on the wire keeps its buffer and its share of the memory until the answer.
    if (!batch.isExpired || !batch.isOnWire) this.#parts.accumulator.release(batch, isBufferFree && !batch.isCompressing)
    batch.receipts.settle(batch.firstReceipt, batch.count, outcome)
  }

  #split(queue: PartitionQueue, batch: ProducerBatch, error: KafkaError): void {
    const { accumulator, identity, logger, metrics, rules, settings } = this.#parts
    const target = batch.isPiece ? Math.max(1, Math.ceil(batch.size / 2)) : settings.batchSize
    const pieces = splitBatch(batch, batch.compressed === undefined ? Math.min(target, Math.ceil(batch.size * 0.6)) : target, {
      maxInflatedBytes: Math.max(settings.maxRequestSize, settings.batchSize) * 2,
      isTransactional: rules.isTransactional,
      take: (bytes) => accumulator.memory.take(bytes),
    })
    if (identity !== undefined) {
      queue.sequences.failed(batch)
      for (const piece of pieces) queue.sequences.addPiece(piece)
    }
    for (const piece of pieces.toReversed()) queue.putBack(piece)
    queue.home.compressionRatio = Math.max(1, batch.compressed === undefined ? 1 : batch.compressionRatio)
    if (batch.sizeInBytes > settings.batchSize) queue.home.refusesLarge = true
    metrics.split()
    logger.warn(`${error.message} Sending its ${batch.count} records in ${pieces.length} batches`, {
      topic: queue.topic,
      partition: queue.partition,
    })
    accumulator.release(batch)
  }

  #learnLeader(
    { topic, partition }: PartitionQueue,
    { currentLeader }: PartitionResponse,
    { nodeEndpoints }: ResponseOf<typeof Produce>,
  ): void {
    const { leaderId, leaderEpoch } = currentLeader
    if (leaderId < 0 || leaderEpoch < 0) return
    const endpoint = nodeEndpoints.find(({ nodeId }) => nodeId === leaderId)
    this.#parts.cluster.learnLeader(topic, partition, { leader: leaderId, leaderEpoch, ...(endpoint === undefined ? {} : { endpoint }) })
  }

  #saidError(parcel: Parcel, { errorCode: code, errorMessage: said, recordErrors }: PartitionResponse): KafkaError {
    const name = errorName(code)
    const text = said === null || said === '' ? errorMessage(name) : said
    return errorOf(code, `${where(parcel)}: ${text}`, {
      hint: hintFor(name),
      recordErrors: recordErrors.map(({ batchIndex, batchIndexErrorMessage }) => ({ batchIndex, message: batchIndexErrorMessage ?? text })),
    })
  }

  #error(parcel: Parcel, name: ErrorName, said: string, cause?: unknown): KafkaError {
    return errorOf(errorCode(name), `${where(parcel)}: ${said}`, { hint: hintFor(name), ...(cause === undefined ? {} : { cause }) })
  }
}

/** Records that the broker has named fail with their own text, the others because of them (KIP-467). */
function perRecord(cause: Error): Pick<Outcome, 'recordErrors'> {
  if (!(cause instanceof KafkaError) || cause.recordErrors.length === 0) return {}
  const named = cause.recordErrors.map(
    ({ batchIndex, message }) => [batchIndex, new KafkaError(cause.code, message, { cause, hint: cause.hint })] as const,
  )
  return { recordErrors: new Map(named) }
}

const fatalCodes: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'UNSUPPORTED_VERSION',
])

const where = ({ queue }: Parcel): string => `${queue.topic}-${queue.partition}`

const records = (count: number): string => (count === 1 ? '1 record' : `${count} records`)

const attempts = ({ attempts: failed, isOnWire }: ProducerBatch): string => {
  const made = failed + (isOnWire ? 1 : 0)
  return made === 1 ? '1 attempt' : `${made} attempts`
}

function whyNot(queue: PartitionQueue, { isOnWire, isCompressing }: ProducerBatch): string {
  if (isCompressing) return 'it is being compressed'
  if (isOnWire) return 'the leader has not answered yet'
  return queue.leader < 0 ? 'the partition has no leader' : `broker ${queue.leader}, its leader, could not be reached in time`
}
