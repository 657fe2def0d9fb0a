import { Mutex } from '@odradek/common/async'
import { errorName, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { AddOffsetsToTxn, AddPartitionsToTxn, EndTxn, InitProducerId, Produce, TxnOffsetCommit } from '@odradek/protocol/messages'
import type { RequestDraft } from '@odradek/protocol/schema'
import type { ConsumerGroupMetadata } from '../../consumer/group-metadata.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { ClientLogger } from '../../logger.ts'
import type { Offsets } from '../../partitions.ts'
import { hintFor } from '../hints.ts'
import type { PartitionQueue } from '../partition-queue.ts'
import type { CoordinatorCalls } from './coordinator-calls.ts'
import { firstVersionWithMember, isMember, offsetsRequest, worstOf } from './offsets-request.ts'
import type { TransactionState } from './transaction-state.ts'

export interface TransactionsParts {
  readonly transactionalId: string
  readonly transactionTimeoutMs: number
  readonly state: TransactionState
  readonly calls: CoordinatorCalls
  readonly cluster: Cluster
  readonly logger: ClientLogger
  /** Partitions were added, or an epoch came: more may be sent. */
  readonly ready: () => void
  /** All sequences begin anew. */
  readonly resetSequences: () => void
}

/** How soon the first AddPartitionsToTxn is tried again: the coordinator is writing the markers of the last transaction. */
const concurrentBackoffMs = 20

/** What a transactional producer asks coordinators for. One question at a time, since each may change the answer to the next. */
export class Transactions {
  readonly #parts: TransactionsParts
  readonly #turn = new Mutex()
  #isAdding = false

  constructor(parts: TransactionsParts) {
    this.#parts = parts
  }

  /** Takes over the transactional id: the coordinator ends what a predecessor left open, and fences it. */
  async init(): Promise<void> {
    const { state } = this.#parts
    try {
      await this.#turn.run(() => this.#initProducerId(false))
      await this.#chooseVersion()
    } catch (error) {
      const isAuthorization = error instanceof KafkaError && authorizationCodes.has(error.code)
      if (isAuthorization) {
        state.notInitialized()
        throw new KafkaError(error.code, error.message, { cause: error, hint: hintFor(error.code) })
      }
      throw state.fail(asError(error))
    }
    state.initialized()
  }

  /** Adds partitions that were written to since the last time. Failures go to the state. */
  addPartitions(): void {
    if (this.#isAdding) return
    this.#isAdding = true
    void this.#turn
      .run(() => this.#addPartitions())
      .finally(() => {
        this.#isAdding = false
        this.#parts.ready()
      })
  }

  /** Adds offsets of a group to the transaction. Rejects with an abortable or fatal error. */
  async sendOffsets(offsets: Offsets, group: ConsumerGroupMetadata): Promise<void> {
    const { state } = this.#parts
    await this.#turn.run(async () => {
      if (state.error !== undefined) throw state.error
      try {
        if (state.version === 1) await this.#addOffsets(group.groupId)
        state.isStarted = true
        await this.#commitOffsets(offsets, group)
      } catch (error) {
        const cause = asError(error)
        if (cause instanceof KafkaError && cause.code === 'UNSUPPORTED_VERSION' && isMember(group)) throw state.fail(uncheckedMember(cause))
        throw this.#judged(cause, abortableOfOffsets)
      }
    })
  }

  /** Ends the transaction, all batches of which are settled. Rejects with an abortable (commit only) or fatal error. */
  async end(committed: boolean): Promise<void> {
    const { state } = this.#parts
    await this.#turn.run(async () => {
      if (committed && state.error !== undefined) throw state.error
      try {
        const isMapped = !(state.error instanceof KafkaError && state.error.code === 'INVALID_PRODUCER_ID_MAPPING')
        if (state.isStarted && isMapped) await this.#endTxn(committed)
        await this.#afterEnd()
      } catch (error) {
        if (committed) throw this.#judged(asError(error), abortableOfCommit)
        throw state.fail(asError(error))
      }
      state.ended()
    })
  }

  async #endTxn(committed: boolean): Promise<void> {
    const { transactionalId, state, calls } = this.#parts
    const { producerId, producerEpoch } = state.identity
    const answer = await calls.ask({
      kind: 'transaction',
      key: transactionalId,
      api: EndTxn,
      request: () => ({ transactionalId, producerId, producerEpoch, committed }),
      options: state.version === 1 ? { maxVersion: 4 } : { minVersion: 5 },
      codeOf: ({ errorCode }) => errorCode,
      what: `${committed ? 'committing' : 'aborting'} the transaction of ${transactionalId}`,
    })
    if (state.version === 1 || answer.producerId < 0) return
    // KIP-890: the next transaction has another epoch, so that delayed writes of this one are refused.
    state.identity.become(answer.producerId, answer.producerEpoch)
    this.#parts.resetSequences()
  }

  /** Sequences with holes need another epoch; so does the change to version 2. */
  async #afterEnd(): Promise<void> {
    const { state } = this.#parts
    const before = state.version
    await this.#chooseVersion()
    const isUpgraded = before === 1 && state.version === 2
    if ((before === 1 && state.needsBump) || isUpgraded) await this.#initProducerId(true)
  }

  async #initProducerId(isBump: boolean): Promise<void> {
    const { transactionalId, transactionTimeoutMs, state, calls } = this.#parts
    const { producerId, producerEpoch } = state.identity
    const answer = await calls.ask({
      kind: 'transaction',
      key: transactionalId,
      api: InitProducerId,
      request: (version) => {
        if (!isBump) state.canBump = version >= 3
        return { transactionalId, transactionTimeoutMs, ...(isBump ? { producerId, producerEpoch } : {}) }
      },
      options: isBump ? { minVersion: 3 } : {},
      codeOf: ({ errorCode }) => errorCode,
      what: `asking for the producer id of ${transactionalId}`,
    })
    state.identity.become(answer.producerId, answer.producerEpoch)
    this.#parts.resetSequences()
    this.#parts.ready()
  }

  /** Version 2 needs the feature in the cluster and the APIs at the coordinator. Never changes within a transaction. */
  async #chooseVersion(): Promise<void> {
    const { cluster, transactionalId, state, logger } = this.#parts
    const wanted = cluster.finalizedFeature('transaction.version') >= 2
    let version: 1 | 2 = 1
    if (wanted) {
      try {
        const broker = await cluster.coordinator('transaction', transactionalId)
        const [produce, offsets, end] = await Promise.all([
          cluster.versionFor(broker, Produce),
          cluster.versionFor(broker, TxnOffsetCommit),
          cluster.versionFor(broker, EndTxn),
        ])
        if (produce >= 12 && offsets >= 5 && end >= 5) version = 2
      } catch (error) {
        // It can't be found out now: things stay as they are.
        if (!(error instanceof KafkaError) || !error.retriable) throw error
        version = state.version
      }
    }
    if (version !== state.version) logger.debug(`${transactionalId} uses version ${version} of transactions`)
    state.version = version
  }

  async #addPartitions(): Promise<void> {
    const { transactionalId, state, calls } = this.#parts
    if (state.phase !== 'in-transaction' && state.phase !== 'committing') return
    const queues = [...state.newPartitions]
    if (queues.length === 0) return
    const { producerId, producerEpoch } = state.identity
    const isFirst = !state.hasPartitions
    const request: RequestDraft<typeof AddPartitionsToTxn> = {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: byTopic(queues),
    }
    try {
      await calls.ask({
        kind: 'transaction',
        key: transactionalId,
        api: AddPartitionsToTxn,
        request: () => request,
        options: { maxVersion: 3 },
        codeOf: ({ resultsByTopicV3AndBelow }) =>
          worstOf(
            resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) =>
              resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode),
            ),
          ),
        backoffMs: (code) => (isFirst && code === 'CONCURRENT_TRANSACTIONS' ? concurrentBackoffMs : undefined),
        what: `adding ${queues.map(({ topic, partition }) => `${topic}-${partition}`).join(', ')} to the transaction of ${transactionalId}`,
      })
      state.added(queues)
    } catch (error) {
      this.#judged(asError(error), abortableOfPartitions)
    }
  }

  async #addOffsets(groupId: string): Promise<void> {
    const { transactionalId, state, calls } = this.#parts
    const { producerId, producerEpoch } = state.identity
    await calls.ask({
      kind: 'transaction',
      key: transactionalId,
      api: AddOffsetsToTxn,
      request: () => ({ transactionalId, producerId, producerEpoch, groupId }),
      codeOf: ({ errorCode }) => errorCode,
      what: `adding offsets of group ${groupId} to the transaction of ${transactionalId}`,
    })
  }

  async #commitOffsets(offsets: Offsets, group: ConsumerGroupMetadata): Promise<void> {
    const { transactionalId, state, calls } = this.#parts
    await calls.ask({
      kind: 'group',
      key: group.groupId,
      api: TxnOffsetCommit,
      request: (version) => offsetsRequest(version, transactionalId, state.identity, offsets, group),
      options:
        state.version === 1 ? { maxVersion: 4, ...(isMember(group) ? { minVersion: firstVersionWithMember } : {}) } : { minVersion: 5 },
      codeOf: ({ topics }) => worstOf(topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))),
      alsoMoved: ['REQUEST_TIMED_OUT'],
      what: `committing offsets of group ${group.groupId} within the transaction of ${transactionalId}`,
    })
  }

  #judged(error: Error, abortable: ReadonlySet<ErrorName>): Error {
    const { state } = this.#parts
    if (!(error instanceof KafkaError)) return state.fail(error)
    const name = errorName(error.wireCode)
    return abortable.has(name) || error.retriable ? state.abortable(error, false) : state.fail(error)
  }
}

const authorizationCodes: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
])
const abortableOfCommit: ReadonlySet<ErrorName> = new Set<ErrorName>(['TRANSACTION_ABORTABLE', 'UNKNOWN_PRODUCER_ID'])
const abortableOfPartitions: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'TRANSACTION_ABORTABLE',
  'UNKNOWN_PRODUCER_ID',
  'TOPIC_AUTHORIZATION_FAILED',
  'OPERATION_NOT_ATTEMPTED',
  'INVALID_TOPIC_EXCEPTION',
  'UNKNOWN_SERVER_ERROR',
])
const abortableOfOffsets: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'TRANSACTION_ABORTABLE',
  'UNKNOWN_PRODUCER_ID',
  'GROUP_AUTHORIZATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'OFFSET_METADATA_TOO_LARGE',
])

function byTopic(queues: readonly PartitionQueue[]): { readonly name: string; readonly partitions: readonly number[] }[] {
  const grouped = Map.groupBy(queues, ({ topic }) => topic)
  return [...grouped].map(([name, ofTopic]) => ({ name, partitions: ofTopic.map(({ partition }) => partition) }))
}

/** To commit for a member unseen by its group would be no safer than not to be fenced at all, and look as if it were. */
function uncheckedMember(cause: KafkaError): KafkaError {
  const hint =
    "Brokers before 2.5 can't check which member commits (KIP-447). Where each input partition has a transactional.id of its own, give generationId: -1 and memberId: ''."
  return new KafkaError('UNSUPPORTED_VERSION', `${cause.message} ${hint}`, { cause, hint })
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
