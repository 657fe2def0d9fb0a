import type { SeededRandom } from '@odradek/common/random'
import type { ErrorName } from '@odradek/protocol'
import type { World } from '../world/world.ts'
import type { Cancellable } from '@odradek/common/time'
import type { ModelPartition } from './model-partition.ts'

type Decision = 'commit' | 'abort'
type State = 'empty' | 'ongoing' | 'preparing' | 'complete'

interface Entry {
  readonly transactionalId: string
  producerId: number
  epoch: number
  /** The epoch before the last bump that a client asked for or was given: a retry of that request comes with it. */
  previousEpoch: number
  state: State
  decision: Decision
  readonly partitions: Set<ModelPartition>
  readonly groups: Set<string>
  timeoutMs: number
  timer: Cancellable | undefined
  /** Grows with each transaction. */
  number: number
}

export interface ProducerAnswer {
  readonly error: ErrorName
  readonly producerId: number
  readonly producerEpoch: number
}

export interface TransactionObserver {
  /** The coordinator has decided; nothing turns that. */
  decided(transactionalId: string, number: number, decision: Decision): void
}

/** Told when the transaction of a producer ends in a group; calls back when that is committed. */
export type EndInGroup = (group: string, producerId: number, decision: Decision, done: () => void) => void

const refused = (error: ErrorName): ProducerAnswer => ({ error, producerId: -1, producerEpoch: -1 })
const lastEpoch = 32_766

/** The transaction coordinator's state: replicated, so it outlives the broker that it is on. Both protocols (KIP-98, KIP-890). */
export class ModelTransactions {
  readonly #world: World
  readonly #dice: SeededRandom
  readonly #entries = new Map<string, Entry>()
  readonly #byProducerId = new Map<number, Entry>()
  readonly #observer: TransactionObserver
  #nextProducerId = 1_000
  endInGroup: EndInGroup = (_group, _id, _decision, done) => done()

  constructor(world: World, observer: TransactionObserver) {
    this.#world = world
    this.#dice = world.random.fork('transactions')
    this.#observer = observer
  }

  /** How things stand with a transactional id, for whoever checks. */
  stateOf(transactionalId: string): { readonly state: State; readonly decision: Decision; readonly number: number } | undefined {
    return this.#entries.get(transactionalId)
  }

  get open(): readonly string[] {
    return [...this.#entries.values()]
      .filter(({ state }) => state === 'ongoing' || state === 'preparing')
      .map((entry) => entry.transactionalId)
  }

  newProducerId(): ProducerAnswer {
    return { error: 'NONE', producerId: this.#nextProducerId++, producerEpoch: this.#world.plan.firstEpoch }
  }

  initProducerId(
    transactionalId: string,
    timeoutMs: number,
    known: { readonly producerId: number; readonly producerEpoch: number },
  ): ProducerAnswer {
    const entry = this.#entries.get(transactionalId)
    if (entry === undefined) {
      const made: Entry = {
        transactionalId,
        producerId: this.#nextProducerId++,
        epoch: this.#world.plan.firstEpoch,
        previousEpoch: -1,
        state: 'empty',
        decision: 'abort',
        partitions: new Set(),
        groups: new Set(),
        timeoutMs,
        timer: undefined,
        number: 0,
      }
      this.#entries.set(transactionalId, made)
      this.#byProducerId.set(made.producerId, made)
      return { error: 'NONE', producerId: made.producerId, producerEpoch: made.epoch }
    }
    if (entry.state === 'preparing') return refused('CONCURRENT_TRANSACTIONS')
    if (known.producerId >= 0) {
      if (known.producerId !== entry.producerId) return refused('PRODUCER_FENCED')
      if (known.producerEpoch === entry.previousEpoch && known.producerEpoch !== entry.epoch && entry.state !== 'ongoing')
        return { error: 'NONE', producerId: entry.producerId, producerEpoch: entry.epoch }
      if (known.producerEpoch !== entry.epoch) return refused('PRODUCER_FENCED')
    }
    if (entry.state === 'ongoing') {
      this.#world.sometimes('ended the transaction of a predecessor')
      this.#prepare(entry, 'abort', entry.epoch + 1)
      return refused('CONCURRENT_TRANSACTIONS')
    }
    entry.timeoutMs = timeoutMs
    entry.previousEpoch = known.producerId >= 0 ? entry.epoch : -1
    this.#bump(entry)
    entry.state = 'empty'
    return { error: 'NONE', producerId: entry.producerId, producerEpoch: entry.epoch }
  }

  addPartitions(transactionalId: string, producerId: number, epoch: number, partitions: readonly ModelPartition[]): ErrorName {
    const entry = this.#checked(transactionalId, producerId, epoch)
    if (typeof entry === 'string') return entry
    return this.#join(entry, partitions, [])
  }

  addOffsets(transactionalId: string, producerId: number, epoch: number, group: string): ErrorName {
    const entry = this.#checked(transactionalId, producerId, epoch)
    if (typeof entry === 'string') return entry
    return this.#join(entry, [], [group])
  }

  /** Whether a producer may write transactionally to the partition now; joins it where the protocol lets it (v2). */
  verify(
    partition: ModelPartition,
    by: { readonly transactionalId: string | null; readonly producerId: number; readonly producerEpoch: number; readonly mayJoin: boolean },
  ): ErrorName | undefined {
    const entry = by.transactionalId === null ? undefined : this.#entries.get(by.transactionalId)
    if (entry === undefined || entry.producerId !== by.producerId) return 'INVALID_PRODUCER_ID_MAPPING'
    if (by.producerEpoch !== entry.epoch) return 'INVALID_PRODUCER_EPOCH'
    if (entry.state === 'ongoing' && entry.partitions.has(partition)) return undefined
    if (!by.mayJoin) {
      this.#world.sometimes('refused a write outside of a transaction')
      return 'INVALID_TXN_STATE'
    }
    const error = this.#join(entry, [partition], [])
    return error === 'NONE' ? undefined : error
  }

  verifyGroup(transactionalId: string, producerId: number, epoch: number, group: string, mayJoin: boolean): ErrorName | undefined {
    const entry = this.#checked(transactionalId, producerId, epoch)
    if (typeof entry === 'string') return entry
    if (entry.state === 'ongoing' && entry.groups.has(group)) return undefined
    if (!mayJoin) return 'INVALID_TXN_STATE'
    const error = this.#join(entry, [], [group])
    return error === 'NONE' ? undefined : error
  }

  /** Up to version 4 of EndTxn: the epoch stays. */
  endTxn(transactionalId: string, producerId: number, epoch: number, decision: Decision): ErrorName {
    const entry = this.#checked(transactionalId, producerId, epoch)
    if (typeof entry === 'string') return entry
    switch (entry.state) {
      case 'ongoing':
        this.#prepare(entry, decision, entry.epoch)
        return 'NONE'
      case 'preparing':
        return entry.decision === decision ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE'
      case 'complete':
        return entry.decision === decision ? 'NONE' : 'INVALID_TXN_STATE'
      default:
        return 'INVALID_TXN_STATE'
    }
  }

  /** From version 5 on each transaction has an epoch of its own, and the answer brings the next one. */
  endTxnWithBump(transactionalId: string, producerId: number, epoch: number, decision: Decision): ProducerAnswer {
    const entry = this.#entries.get(transactionalId)
    if (entry === undefined) return refused('INVALID_PRODUCER_ID_MAPPING')
    const isRetry = epoch === entry.previousEpoch && epoch !== entry.epoch && entry.state !== 'ongoing' && entry.state !== 'empty'
    if (!isRetry && entry.producerId !== producerId) return refused('INVALID_PRODUCER_ID_MAPPING')
    if (!isRetry && epoch !== entry.epoch) return refused('PRODUCER_FENCED')
    const current = (): ProducerAnswer => ({ error: 'NONE', producerId: entry.producerId, producerEpoch: entry.epoch })
    if (isRetry) {
      this.#world.sometimes('asked to end a transaction twice')
      if (entry.decision !== decision) return refused('INVALID_TXN_STATE')
      return entry.state === 'preparing' ? refused('CONCURRENT_TRANSACTIONS') : current()
    }
    if (entry.state === 'preparing') return refused('CONCURRENT_TRANSACTIONS')
    if (entry.state !== 'ongoing') {
      if (decision === 'commit') return refused('INVALID_TXN_STATE')
      entry.previousEpoch = entry.epoch
      this.#bump(entry)
      entry.state = 'complete'
      entry.decision = 'abort'
      return current()
    }
    entry.previousEpoch = entry.epoch
    this.#prepare(entry, decision, entry.epoch + 1)
    return current()
  }

  #checked(transactionalId: string, producerId: number, epoch: number): Entry | ErrorName {
    const entry = this.#entries.get(transactionalId)
    if (entry === undefined || entry.producerId !== producerId) return 'INVALID_PRODUCER_ID_MAPPING'
    return entry.epoch === epoch ? entry : 'PRODUCER_FENCED'
  }

  #join(entry: Entry, partitions: readonly ModelPartition[], groups: readonly string[]): ErrorName {
    if (entry.state === 'preparing') {
      this.#world.sometimes('a transaction waited for the one before')
      return 'CONCURRENT_TRANSACTIONS'
    }
    if (entry.state !== 'ongoing') {
      entry.state = 'ongoing'
      entry.number++
      const { number } = entry
      entry.timer = this.#world.time.after(entry.timeoutMs, () => this.#expired(entry, number))
    }
    for (const partition of partitions) entry.partitions.add(partition)
    for (const group of groups) entry.groups.add(group)
    return 'NONE'
  }

  #expired(entry: Entry, number: number): void {
    if (entry.state !== 'ongoing' || entry.number !== number) return
    this.#world.sometimes('a transaction took too long')
    this.#prepare(entry, 'abort', entry.epoch + 1)
  }

  #bump(entry: Entry): void {
    if (entry.epoch < lastEpoch) {
      entry.epoch++
      return
    }
    this.#world.sometimes('a producer got a new id because its epochs were used up')
    this.#byProducerId.delete(entry.producerId)
    entry.producerId = this.#nextProducerId++
    entry.epoch = 0
    this.#byProducerId.set(entry.producerId, entry)
  }

  #prepare(entry: Entry, decision: Decision, markerEpoch: number): void {
    entry.timer?.cancel()
    entry.timer = undefined
    const { producerId } = entry
    if (markerEpoch > entry.epoch) this.#bump(entry)
    entry.state = 'preparing'
    entry.decision = decision
    this.#world.note('decided', entry.transactionalId, entry.number, decision)
    this.#observer.decided(entry.transactionalId, entry.number, decision)
    let missing = entry.partitions.size + entry.groups.size
    const done = (): void => {
      if (--missing > 0) return
      entry.state = 'complete'
      entry.partitions.clear()
      entry.groups.clear()
    }
    for (const partition of entry.partitions) this.#mark(partition, { producerId, producerEpoch: markerEpoch, type: decision }, done)
    for (const group of entry.groups) {
      this.#later(() => this.endInGroup(group, producerId, decision, done))
    }
    if (entry.partitions.size + entry.groups.size === 0) {
      missing = 1
      done()
    }
  }

  #mark(
    partition: ModelPartition,
    marker: { readonly producerId: number; readonly producerEpoch: number; readonly type: Decision },
    done: () => void,
  ): void {
    this.#later(() => {
      if (partition.leader < 0) return this.#mark(partition, marker, done)
      partition.writeMarker(marker, (isCommitted) => {
        if (isCommitted) done()
        else this.#mark(partition, marker, done)
      })
    })
  }

  #later(action: () => void): void {
    this.#world.time.after(this.#world.plan.serviceMs * (1 + this.#dice.nextFloat()) + this.#dice.nextInt(10), action)
  }
}
