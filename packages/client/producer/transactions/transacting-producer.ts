import { KafkaError } from '@odradek/protocol'
import type { ConsumerGroupMetadata } from '../../consumer/group-metadata.ts'
import { ExponentialBackoff } from '../../cluster/exponential-backoff.ts'
import { Patience } from '../../cluster/patience.ts'
import { ClientError } from '../../errors/index.ts'
import type { Sensor } from '../../metrics/client-metrics.ts'
import type { Offsets } from '../../partitions.ts'
import { checkWaiting } from '../../waiting.ts'
import type { Waiting } from '../../waiting.ts'
import { CoreProducer } from '../core-producer.ts'
import type { EngineParts } from '../engine.ts'
import type { Transaction, TransactionalProducer } from '../producer.ts'
import { CoordinatorCalls } from './coordinator-calls.ts'
import { checkOffsets } from './offsets-request.ts'
import { Transactions } from './transactions.ts'
import { TransactionState } from './transaction-state.ts'

/** The producer with transactions, as users see it; without a `transactionalId` its transactions say so. */
export class TransactingProducer extends CoreProducer implements TransactionalProducer {
  readonly #parts: EngineParts
  readonly #state: TransactionState | undefined
  readonly #transactions: Transactions | undefined
  #initializing: Promise<void> | undefined
  /** A commit or abort goes on when its caller has given up; the next call waits for the same one. */
  #ending: { readonly kind: 'commit' | 'abort'; readonly done: Promise<void> } | undefined

  constructor(parts: Omit<EngineParts, 'transaction'>) {
    const { environment, settings, cluster } = parts
    const { transactionalId } = settings
    const state: TransactionState | undefined =
      transactionalId === undefined
        ? undefined
        : new TransactionState(transactionalId, {
            failUnsent: (error) => this.engine.failUnsent(error),
            fatal: (error) => this.engine.failUnsent(error, true),
            addPartitions: () => this.#transactions?.addPartitions(),
          })
    super({ ...parts, transaction: state })
    this.#parts = parts
    this.#state = state
    if (state === undefined || transactionalId === undefined) return
    this.#transactions = new Transactions({
      transactionalId,
      transactionTimeoutMs: settings.transactionTimeoutMs,
      state,
      cluster,
      logger: environment.logger,
      calls: new CoordinatorCalls({
        environment,
        cluster,
        backoff: new ExponentialBackoff(settings.retryBackoffMs, settings.retryBackoffMaxMs, environment.random.fork('transactions')),
        isStopped: () => this.engine.isStopped,
      }),
      ready: () => this.engine.sender.soon(),
      resetSequences: () => this.engine.topics.resetSequences(),
    })
    this.beforeClose = (timeoutMs) => this.#finishOpen(timeoutMs)
  }

  initTransactions(options: Waiting = {}): Promise<void> {
    return this.#timed('initializing transactions', options, this.#parts.metrics.txnInit, () => {
      this.engine.checkOpen()
      const { state, transactions } = this.#needed
      if (this.#initializing === undefined) {
        state.initializing()
        const initializing = transactions.init().finally(() => {
          this.#initializing = undefined
        })
        this.#initializing = initializing
      }
      return this.#initializing
    })
  }

  beginTransaction(): void {
    const { environment, metrics } = this.#parts
    const startedMs = environment.clock.monotonic()
    this.engine.checkOpen()
    this.#needed.state.begin()
    metrics.txnBegin.record((environment.clock.monotonic() - startedMs) * 1e6)
  }

  commitTransaction(options: Waiting = {}): Promise<void> {
    return this.#timed('committing the transaction', options, this.#parts.metrics.txnCommit, () => {
      this.engine.checkOpen()
      return this.#end('commit')
    })
  }

  abortTransaction(options: Waiting = {}): Promise<void> {
    return this.#timed('aborting the transaction', options, this.#parts.metrics.txnAbort, () => {
      this.engine.checkOpen()
      return this.#end('abort')
    })
  }

  sendOffsetsToTransaction(offsets: Offsets, group: ConsumerGroupMetadata, options: Waiting = {}): Promise<void> {
    return this.#timed('sending offsets to the transaction', options, this.#parts.metrics.txnSendOffsets, async () => {
      this.engine.checkOpen()
      const { state, transactions } = this.#needed
      checkOffsets(offsets, group)
      state.checkOffsets()
      if (offsets.length > 0) await transactions.sendOffsets(offsets, group)
    })
  }

  async transaction<R>(body: (transaction: Transaction) => Promise<R>): Promise<R> {
    const { state } = this.#needed
    if (state.phase === 'uninitialized' || this.#initializing !== undefined) await this.initTransactions()
    this.beginTransaction()
    const transaction = this.#handle(state.number)
    let result: R
    try {
      result = await body(transaction)
      await this.commitTransaction()
    } catch (error) {
      throw await this.#abortAfter(error, state)
    }
    return result
  }

  /** What a body gets: it must not write into the transaction that comes after its own. */
  #handle(number: number): Transaction {
    const check = (): void => {
      if (this.#needed.state.number === number) return
      throw new ClientError('ODRADEK_STATE', 'This transaction has ended', {
        hint: 'Await all that uses it within the body of transaction().',
      })
    }
    const send: CoreProducer['send'] = (topic, record) => {
      try {
        check()
      } catch (error) {
        return this.rejected(error)
      }
      return this.send(topic, record)
    }
    const enqueue: CoreProducer['enqueue'] = (topic, record, done) => {
      check()
      return this.enqueue(topic, record, done)
    }
    const sendOffsets: Transaction['sendOffsets'] = async (offsets, group) => {
      check()
      await this.sendOffsetsToTransaction(offsets, group)
    }
    return { send, enqueue, sendOffsets }
  }

  /** Gives what its caller should hear: what the body, or the commit, has thrown; unless it turns out that the producer is lost. */
  async #abortAfter(cause: unknown, state: TransactionState): Promise<unknown> {
    if (state.phase !== 'in-transaction' && state.phase !== 'abortable-error') return cause
    try {
      await this.abortTransaction()
    } catch (error) {
      // It was the last word of the coordinator about this producer.
      if (isFatal(error)) return error
      this.#parts.environment.logger.warn(`Aborting after "${String(cause)}" has failed: ${String(error)}`)
    }
    return cause
  }

  get #needed(): { readonly state: TransactionState; readonly transactions: Transactions } {
    const state = this.#state
    const transactions = this.#transactions
    if (state !== undefined && transactions !== undefined) return { state, transactions }
    throw new ClientError('ODRADEK_STATE', 'This producer has no transactions', {
      hint: "Make one with kafka.producer({ transactionalId: 'a-name' }).",
    })
  }

  #end(kind: 'commit' | 'abort'): Promise<void> {
    const { state, transactions } = this.#needed
    if (this.#ending?.kind === kind) return this.#ending.done
    if (kind === 'commit') state.committing()
    else state.aborting()
    const done = (kind === 'commit' ? this.#commit(state, transactions) : this.#abort(transactions)).finally(() => {
      this.#ending = undefined
    })
    this.#ending = { kind, done }
    return done
  }

  async #commit(state: TransactionState, transactions: Transactions): Promise<void> {
    await this.settle({}, 'committing')
    await this.engine.sender.idle()
    if (state.error !== undefined) throw state.error
    await transactions.end(true)
  }

  async #abort(transactions: Transactions): Promise<void> {
    this.engine.failUnsent(new ClientError('ODRADEK_STATE', 'The transaction was aborted before the record was sent'), false, true)
    await this.settle({}, 'aborting')
    await this.engine.sender.idle()
    await transactions.end(false)
    // Whoever aborts knows that records of the transaction have failed.
    this.engine.unseen.take()
  }

  async #finishOpen(timeoutMs: number): Promise<void> {
    const state = this.#state
    if (state === undefined) return
    const { environment, settings } = this.#parts
    // A coordinator that can't be had would hold up the end for ever; it aborts by itself when transaction.timeout.ms is over.
    const patience = new Patience(
      environment,
      { timeoutMs: Math.min(timeoutMs, settings.maxBlockMs) },
      Infinity,
      'aborting the open transaction',
    )
    if (this.#ending !== undefined) await patience.wait(this.#ending.done.catch(() => undefined))
    if (state.phase !== 'in-transaction' && state.phase !== 'abortable-error') return
    environment.logger.info('Aborting the open transaction, since the producer is closed')
    await patience.wait(this.#end('abort'))
  }

  async #timed(what: string, options: Waiting, sensor: Sensor, work: () => Promise<void>): Promise<void> {
    checkWaiting(options, what)
    const { environment, settings } = this.#parts
    const patience = new Patience(environment, options, settings.maxBlockMs, what)
    const startedMs = environment.clock.monotonic()
    const release = environment.hold()
    try {
      await patience.wait(work())
    } finally {
      release()
      sensor.record((environment.clock.monotonic() - startedMs) * 1e6)
    }
  }
}

const isFatal = (error: unknown): boolean => error instanceof KafkaError && error.fatal
