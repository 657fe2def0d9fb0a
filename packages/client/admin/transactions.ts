import { errorCode } from '@odradek/protocol'
import { DescribeProducers, DescribeTransactions, InitProducerId, ListTransactions, WriteTxnMarkers } from '@odradek/protocol/messages'
import type { Partitions, TopicPartition } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList, checkName, checkPartitions } from './check.ts'
import type { BrokerFailure } from './groups.ts'
import { brokers, names, partitionOf, partitions, perTopic } from './keys.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { eachBroker, namedBroker } from './targets/brokers.ts'
import { coordinators } from './targets/coordinators.ts'
import { leaders } from './targets/leaders.ts'
import { codes } from './targets/target.ts'

/** Kafka's words. A newer broker may know another state: then that broker's word. */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'
  | 'Dead'
  | 'PrepareEpochFence'
  | (string & {})

export interface TransactionListing {
  readonly transactionalId: string
  readonly producerId: number
  readonly state: TransactionState
}

export interface ListedTransactions {
  readonly transactions: readonly TransactionListing[]
  /** Brokers that could not be asked, or failed. Empty when the list is complete. */
  readonly errors: readonly BrokerFailure[]
}

export interface ListTransactionsOptions extends Waiting {
  readonly states?: readonly TransactionState[] | undefined
  readonly producerIds?: readonly number[] | undefined
  /** Only those that have been running for longer (KIP-994, brokers from 3.8 on). */
  readonly runningLongerThanMs?: number | undefined
  /** RE2J pattern of transactional ids (KIP-1152, brokers from 4.1 on). */
  readonly transactionalIdPattern?: string | undefined
}

export interface TransactionDescription {
  /** The broker that coordinates it. */
  readonly coordinatorId: number
  readonly state: TransactionState
  readonly producerId: number
  readonly producerEpoch: number
  readonly transactionTimeoutMs: number
  /** Milliseconds since 1970; undefined when none is open. */
  readonly transactionStartTimeMs: number | undefined
  /** Those written to in the open transaction. */
  readonly partitions: Partitions
}

/** An idempotent producer that the leader of a partition remembers. */
export interface ProducerState {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestamp: number
  readonly coordinatorEpoch: number | undefined
  /** Where its open transaction begins in the partition. */
  readonly currentTransactionStartOffset: number | undefined
}

/** A transaction that hangs in a partition, as `describeProducers` shows it. */
export interface AbortTransactionSpec extends TopicPartition {
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
}

export interface TransactionsAdmin {
  /**
   * Transactional ids of the cluster, asked of every coordinator (KIP-664). A broker that cannot be asked is an entry of `errors`.
   *
   * ```ts
   * const { transactions } = await admin.listTransactions({ states: ['Ongoing'], runningLongerThanMs: 60_000 })
   * ```
   */
  listTransactions(options?: ListTransactionsOptions): Promise<ListedTransactions>

  /**
   * State, producer and partitions of transactions (KIP-664). Rejects with TRANSACTIONAL_ID_NOT_FOUND.
   *
   * ```ts
   * const { state } = await admin.describeTransactions(['settle-1']).of('settle-1')
   * ```
   */
  describeTransactions(transactionalIds: readonly string[], options?: Waiting): PerItem<string, TransactionDescription>

  /**
   * The producers that partitions remember, asked of the leaders or of `brokerId` (KIP-664).
   *
   * ```ts
   * const producers = await admin.describeProducers([{ topic: 'orders', partition: 0 }])
   * ```
   */
  describeProducers(
    partitions: Partitions,
    options?: Waiting & { readonly brokerId?: number | undefined },
  ): PerItem<TopicPartition, readonly ProducerState[]>

  /**
   * Aborts a transaction that hangs in a partition though its coordinator has forgotten it (KIP-664).
   *
   * ```ts
   * await admin.abortTransaction({ topic: 'orders', partition: 0, producerId: 4000, producerEpoch: 1, coordinatorEpoch: 0 })
   * ```
   */
  abortTransaction(spec: AbortTransactionSpec, options?: Waiting): Promise<void>

  /**
   * Takes transactional ids away from the producers that use them: their open transactions are aborted (KIP-588).
   *
   * ```ts
   * await admin.fenceProducers(['settle-1'])
   * ```
   */
  fenceProducers(
    transactionalIds: readonly string[],
    options?: Waiting,
  ): PerItem<string, { readonly producerId: number; readonly producerEpoch: number }>

  /**
   * Ends the open transaction of an id, whoever holds it, by fencing its producer (KIP-939).
   *
   * ```ts
   * await admin.forceTerminateTransaction('settle-1')
   * ```
   */
  forceTerminateTransaction(transactionalId: string, options?: Waiting): Promise<void>
}

export function transactionsAdmin(runner: Runner, { requestTimeoutMs }: { readonly requestTimeoutMs: number }): TransactionsAdmin {
  const fence = (waiting: Waiting | undefined): Operation<string, { producerId: number; producerEpoch: number }> =>
    fenceProducers(waiting?.timeoutMs ?? requestTimeoutMs)
  return {
    listTransactions: (options = {}) => list(runner, options),

    describeTransactions(transactionalIds, options) {
      checkIds('describeTransactions', transactionalIds)
      return runner.items(describeTransactions, names, transactionalIds, options)
    },

    describeProducers(asked, { brokerId, ...waiting } = {}) {
      checkPartitions('describeProducers', asked)
      if (brokerId !== undefined) checkInteger('describeProducers', 'brokerId', brokerId, 0)
      return runner.items(describeProducers(brokerId), partitions, asked.map(partitionOf), waiting)
    },

    async abortTransaction(spec, options) {
      checkPartitions('abortTransaction', [spec])
      for (const field of ['producerId', 'producerEpoch'] as const) checkInteger('abortTransaction', field, spec[field], 0)
      checkInteger('abortTransaction', 'coordinatorEpoch', spec.coordinatorEpoch, -1)
      await runner.items(abortTransaction(spec), partitions, [partitionOf(spec)], options).of(spec)
    },

    fenceProducers(transactionalIds, options) {
      checkIds('fenceProducers', transactionalIds)
      return runner.items(fence(options), names, transactionalIds, options)
    },

    async forceTerminateTransaction(transactionalId, options) {
      checkIds('forceTerminateTransaction', [transactionalId])
      const operation = { ...fence(options), name: 'forceTerminateTransaction' }
      await runner.items(operation, names, [transactionalId], options).of(transactionalId)
    },
  }
}

function checkIds(call: string, transactionalIds: readonly string[]): void {
  checkList(call, 'transactionalIds', transactionalIds)
  for (const id of transactionalIds) checkName(call, 'a transactional id', id)
}

async function list(runner: Runner, options: ListTransactionsOptions): Promise<ListedTransactions> {
  const name = 'listTransactions'
  const settled = await runner
    .itemsAfter(name, brokers, options, async (within) => ({
      operation: listTransactions(options),
      keys: await runner.brokers(name, within),
    }))
    .settled()
  const transactions = new Map<string, TransactionListing>()
  const errors: BrokerFailure[] = []
  for (const [broker, outcome] of settled) {
    if (!outcome.ok) errors.push({ broker, error: outcome.error })
    else for (const transaction of outcome.value) transactions.set(transaction.transactionalId, transaction)
  }
  return { transactions: [...transactions.values()], errors }
}

function listTransactions(options: ListTransactionsOptions): Operation<number, readonly TransactionListing[]> {
  const { states = [], producerIds = [], runningLongerThanMs = -1, transactionalIdPattern } = options
  return {
    name: 'listTransactions',
    target: eachBroker,
    hints: { UNSUPPORTED_VERSION: 'Filters by duration need brokers from 3.8 on, by pattern from 4.1 on; before 3.0 there is no list.' },
    ask: question({
      api: ListTransactions,
      minVersion: transactionalIdPattern === undefined ? (runningLongerThanMs < 0 ? 0 : 1) : 2,
      request: () => ({
        stateFilters: states,
        producerIdFilters: producerIds,
        durationFilter: runningLongerThanMs,
        transactionalIdPattern: transactionalIdPattern ?? null,
      }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const value = answer.transactionStates.map(({ transactionalId, producerId, transactionState }) => ({
            transactionalId,
            producerId,
            state: transactionState,
          }))
          return keys.map((key) => [key, { value }] as const)
        }),
    }),
  }
}

const describeTransactions: Operation<string, TransactionDescription> = {
  name: 'describeTransactions',
  target: coordinators('transaction', (id) => id),
  ask: question({
    api: DescribeTransactions,
    request: (transactionalIds) => ({ transactionalIds }),
    read: ({ transactionStates }, _keys, { id: coordinatorId }) =>
      transactionStates.map((transaction) => [
        transaction.transactionalId,
        verdict(transaction, () => ({
          coordinatorId,
          state: transaction.transactionState,
          producerId: transaction.producerId,
          producerEpoch: transaction.producerEpoch,
          transactionTimeoutMs: transaction.transactionTimeoutMs,
          transactionStartTimeMs: orUndefined(transaction.transactionStartTimeMs),
          partitions: transaction.topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition }))),
        })),
      ]),
  }),
}

function describeProducers(brokerId: number | undefined): Operation<TopicPartition, readonly ProducerState[]> {
  return {
    name: 'describeProducers',
    target: brokerId === undefined ? leaders() : namedBroker(() => brokerId),
    ask: question({
      api: DescribeProducers,
      request: (keys) => ({
        topics: perTopic(keys, (name, ofTopic) => ({ name, partitionIndexes: ofTopic.map(({ partition }) => partition) })),
      }),
      read: ({ topics }) =>
        topics.flatMap(({ name, partitions }) =>
          partitions.map((partition): readonly [TopicPartition, Verdict<readonly ProducerState[]>] => [
            { topic: name, partition: partition.partitionIndex },
            verdict(partition, () =>
              partition.activeProducers.map((producer) => ({
                producerId: producer.producerId,
                producerEpoch: producer.producerEpoch,
                lastSequence: producer.lastSequence,
                lastTimestamp: producer.lastTimestamp,
                coordinatorEpoch: orUndefined(producer.coordinatorEpoch),
                currentTransactionStartOffset: orUndefined(producer.currentTxnStartOffset),
              })),
            ),
          ]),
        ),
    }),
  }
}

const orUndefined = (number: number): number | undefined => (number < 0 ? undefined : number)

function abortTransaction({ producerId, producerEpoch, coordinatorEpoch }: AbortTransactionSpec): Operation<TopicPartition, void> {
  return {
    name: 'abortTransaction',
    target: leaders(),
    ask: question({
      api: WriteTxnMarkers,
      request: (keys) => ({
        markers: [
          {
            producerId,
            producerEpoch,
            coordinatorEpoch,
            transactionResult: false,
            topics: perTopic(keys, (name, ofTopic) => ({ name, partitionIndexes: ofTopic.map(({ partition }) => partition) })),
          },
        ],
      }),
      read: ({ markers }) =>
        markers
          .filter((marker) => marker.producerId === producerId)
          .flatMap(({ topics }) =>
            topics.flatMap(({ name, partitions }) =>
              partitions.map(({ partitionIndex, errorCode: code }): readonly [TopicPartition, Verdict<void>] => [
                { topic: name, partition: partitionIndex },
                code === 0 ? { value: undefined } : { code, ...explained(code) },
              ]),
            ),
          ),
    }),
  }

  function explained(code: number): { readonly said?: string } {
    if (code === errorCode('INVALID_PRODUCER_EPOCH')) return { said: `producer ${producerId} has a newer epoch than ${producerEpoch}` }
    if (code !== errorCode('TRANSACTION_COORDINATOR_FENCED')) return {}
    return { said: `there has been a coordinator with a newer epoch than ${coordinatorEpoch}` }
  }
}

/** A producer that joins takes the id from the one before it; this one joins and does nothing more. */
function fenceProducers(transactionTimeoutMs: number): Operation<string, { producerId: number; producerEpoch: number }> {
  return {
    name: 'fenceProducers',
    target: coordinators('transaction', (id) => id),
    retries: codes('CONCURRENT_TRANSACTIONS'),
    oneByOne: true,
    ask: question({
      api: InitProducerId,
      request: ([transactionalId]) => ({ transactionalId: transactionalId ?? null, transactionTimeoutMs }),
      read: ({ errorCode, producerId, producerEpoch }, keys) =>
        keys.map((key) => [key, verdict({ errorCode }, () => ({ producerId, producerEpoch }))]),
    }),
  }
}
