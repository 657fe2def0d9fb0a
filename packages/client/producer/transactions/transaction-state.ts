import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { ClientError } from '../../errors/index.ts'
import type { SendingTransaction } from '../answers.ts'
import type { PartitionQueue } from '../partition-queue.ts'
import { ProducerIdentity } from '../producer-identity.ts'

export type TransactionPhase =
  | 'uninitialized'
  | 'initializing'
  | 'ready'
  | 'in-transaction'
  | 'committing'
  | 'aborting'
  | 'abortable-error'
  | 'fatal-error'

export interface TransactionHost {
  /** The transaction can only be aborted: what has not left yet should not. */
  readonly failUnsent: (error: Error) => void
  /** The producer can only be closed. */
  readonly fatal: (error: Error) => void
  /** Partitions have to be added by the coordinator before batches for them may leave (version 1). */
  readonly addPartitions: () => void
}

/** The last version of Produce that leaves adding partitions to AddPartitionsToTxn. */
const lastProduceOfVersion1 = 11

/**
 * Where a transactional producer stands:
 *
 * ```
 * uninitialized → initializing → ready → in-transaction → committing → ready
 *                                                       → aborting   → ready
 * in-transaction, committing → abortable-error → aborting
 * any → fatal-error
 * ```
 *
 * Decides what may be called and what an error means; asking the coordinator is `Transactions`' business.
 */
export class TransactionState implements SendingTransaction {
  readonly identity = new ProducerIdentity(true)
  readonly #transactionalId: string
  readonly #host: TransactionHost
  #phase: TransactionPhase = 'uninitialized'
  #error: Error | undefined
  /** 2: KIP-890. Never changes within a transaction. */
  version: 1 | 2 = 1
  /** Counts transactions: what was made for one may not write into the next. */
  number = 0
  /** The coordinator knows of the transaction, or will: it has to be told of its end. */
  isStarted = false
  /** Version 1, after an error: sequences may have holes, which only another epoch makes good. */
  needsBump = false
  /** The coordinator knows InitProducerId 3 (from brokers 2.5 on). */
  canBump = true
  readonly #partitions = new Set<PartitionQueue>()
  readonly #newPartitions = new Set<PartitionQueue>()
  #isUnsentDoomed = false

  constructor(transactionalId: string, host: TransactionHost) {
    this.#transactionalId = transactionalId
    this.#host = host
  }

  get phase(): TransactionPhase {
    return this.#phase
  }

  get error(): Error | undefined {
    return this.#error
  }

  get maxProduceVersion(): number | undefined {
    return this.version === 1 ? lastProduceOfVersion1 : undefined
  }

  get newPartitions(): ReadonlySet<PartitionQueue> {
    return this.#newPartitions
  }

  get hasPartitions(): boolean {
    return this.#partitions.size > 0
  }

  /** Throws unless records may be sent. */
  check(): void {
    if (this.#phase === 'in-transaction') return
    throw this.#wrong('send records')
  }

  /** Throws unless offsets may be sent. */
  checkOffsets(): void {
    if (this.#phase !== 'in-transaction') throw this.#wrong('send offsets')
  }

  initializing(): void {
    if (this.#phase !== 'uninitialized') throw this.#wrong('initialize transactions a second time')
    this.#phase = 'initializing'
  }

  initialized(): void {
    this.#phase = 'ready'
  }

  /** The coordinator has refused in a way that somebody can mend. */
  notInitialized(): void {
    this.#phase = 'uninitialized'
  }

  begin(): void {
    if (this.#phase !== 'ready') throw this.#wrong('begin a transaction')
    this.#phase = 'in-transaction'
    this.number++
  }

  committing(): void {
    if (this.#phase !== 'in-transaction') throw this.#wrong('commit')
    this.#phase = 'committing'
  }

  aborting(): void {
    if (this.#phase !== 'in-transaction' && this.#phase !== 'abortable-error') throw this.#wrong('abort')
    this.#phase = 'aborting'
    this.#newPartitions.clear()
  }

  /** The transaction has ended, as it was asked for. */
  ended(): void {
    this.#phase = 'ready'
    this.#error = undefined
    this.isStarted = false
    this.needsBump = false
    this.#partitions.clear()
    this.#newPartitions.clear()
    this.#isUnsentDoomed = false
  }

  prepare(): boolean {
    if (this.#phase === 'fatal-error' || !this.identity.isKnown) return false
    if (this.#isUnsentDoomed) {
      this.#isUnsentDoomed = false
      if (this.#error !== undefined) this.#host.failUnsent(this.#error)
    }
    if (this.#newPartitions.size > 0 && this.#phase !== 'abortable-error') this.#host.addPartitions()
    return true
  }

  allows(queue: PartitionQueue): boolean {
    return this.#partitions.has(queue)
  }

  opened(queue: PartitionQueue): void {
    if (this.#partitions.has(queue)) return
    if (this.version === 1) {
      this.#newPartitions.add(queue)
      return
    }
    this.#partitions.add(queue)
    this.isStarted = true
  }

  /** The coordinator has added them. */
  added(queues: Iterable<PartitionQueue>): void {
    this.isStarted = true
    for (const queue of queues) {
      this.#newPartitions.delete(queue)
      this.#partitions.add(queue)
    }
  }

  batchFailed(error: Error, wasSent: boolean): Error {
    if (isFatal(error)) return this.fail(error)
    return this.abortable(error, wasSent)
  }

  /** The transaction can only be aborted. Gives the error as users see it. `leavesHole`: sequences were used that the leader may never see. */
  abortable(error: Error, leavesHole = true): Error {
    // Only another epoch lets a partition go on behind a hole, and the coordinator has none to give.
    if (this.version === 1 && leavesHole && !this.canBump) return this.fail(error, withoutBumpHint)
    if (this.#phase === 'in-transaction' || this.#phase === 'committing') {
      if (this.version === 1) this.needsBump = this.canBump
      this.#phase = 'abortable-error'
      this.#error = marked(error, { abortable: true })
      this.#isUnsentDoomed = true
      return this.#error
    }
    // While aborting it makes no difference any more, but the next transaction must not begin with a hole.
    if (this.#phase === 'aborting' && this.version === 1 && leavesHole) this.needsBump = true
    return marked(error, { abortable: true })
  }

  /** The producer can only be closed. Gives the error as users see it. */
  fail(cause: Error, hint?: string): Error {
    const error = marked(asFenced(cause, this.#transactionalId), { fatal: true, hint })
    if (this.#phase === 'fatal-error') return error
    this.#phase = 'fatal-error'
    this.#error = error
    this.#host.fatal(error)
    return error
  }

  #wrong(what: string): Error {
    if (this.#error !== undefined && (this.#phase === 'abortable-error' || this.#phase === 'fatal-error')) return this.#error
    const [where, hint] = explanations[this.#phase]
    return new ClientError('ODRADEK_STATE', `The producer ${this.#transactionalId} can not ${what} now: ${where}`, { hint })
  }
}

const explanations: Readonly<Record<TransactionPhase, readonly [where: string, hint: string]>> = {
  uninitialized: ['its transactions are not initialized', 'Await initTransactions() first, or use transaction().'],
  initializing: ['its transactions are being initialized', 'Await initTransactions().'],
  ready: ['no transaction is open', 'Call beginTransaction() first, or use transaction().'],
  'in-transaction': ['a transaction is open', 'Commit or abort it first.'],
  committing: ['a commit is under way, or of unknown outcome', 'Await it, or call commitTransaction() again.'],
  aborting: ['an abort is under way, or of unknown outcome', 'Await it, or call abortTransaction() again.'],
  'abortable-error': ['its transaction has failed', 'Call abortTransaction().'],
  'fatal-error': ['it has failed', 'Close it.'],
}

const fatalCodes: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'UNSUPPORTED_VERSION',
])

const isFatal = (error: Error): boolean => error instanceof KafkaError && fatalCodes.has(error.code)

/** Both codes mean that somebody else has the transactional id now; users hear one of them. */
function asFenced(error: Error, transactionalId: string): Error {
  if (!(error instanceof KafkaError) || (error.code !== 'INVALID_PRODUCER_EPOCH' && error.code !== 'PRODUCER_FENCED')) return error
  return new KafkaError('PRODUCER_FENCED', `PRODUCER_FENCED: another producer has taken over the transactional id ${transactionalId}.`, {
    cause: error,
    hint: 'Close this producer; or give each its own transactional.id, if both should live.',
  })
}

const withoutBumpHint =
  'Brokers before 2.5 let no producer go on behind a batch that was lost: close this one, and make another with the same transactional.id.'

interface Mark {
  readonly abortable?: true
  readonly fatal?: true
  /** Instead of the one it has. */
  readonly hint?: string | undefined
}

function marked(error: Error, { hint: better, ...how }: Mark): Error {
  if (error instanceof KafkaError) {
    if (error.abortable === (how.abortable ?? false) && error.fatal === (how.fatal ?? false)) return error
    const hint = better ?? (how.abortable === true && error.hint === '' ? 'Abort the transaction; the next one may succeed.' : error.hint)
    return new KafkaError(error.code, error.message, {
      ...how,
      cause: error.cause ?? error,
      hint,
      recordErrors: error.recordErrors,
      wireCode: error.wireCode,
    })
  }
  if (error instanceof ClientError) {
    if (error.abortable === (how.abortable ?? false) && error.fatal === (how.fatal ?? false)) return error
    return new ClientError(error.code, error.message, { ...how, cause: error.cause ?? error, retriable: error.retriable })
  }
  return new KafkaError('UNKNOWN_SERVER_ERROR', error.message, { ...how, cause: error })
}
