import type { ErrorName } from '@odradek/protocol'
import { sequenceAfter } from '@odradek/protocol/records'

/** What a batch says about its producer. */
export interface ProducerFields {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly isTransactional: boolean
}

interface RememberedBatch {
  readonly baseSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
}

interface ProducerEntry {
  epoch: number
  /** −1 when nothing of this epoch has been written. */
  lastSequence: number
  batches: RememberedBatch[]
  /** Where the open transaction begins; −1 without one. */
  transactionStart: number
}

export type SequenceVerdict =
  | { readonly kind: 'next' }
  | { readonly kind: 'duplicate'; readonly baseOffset: number }
  | { readonly kind: 'refused'; readonly error: ErrorName }

const remembered = 5

/** What the leader of a partition knows of its producers (KIP-98): the last five batches of each, written anew from Kafka's rules. */
export class ModelProducers {
  readonly #entries = new Map<number, ProducerEntry>()

  clear(): void {
    this.#entries.clear()
  }

  knows(producerId: number): boolean {
    return this.#entries.has(producerId)
  }

  judge(batch: ProducerFields): SequenceVerdict {
    const entry = this.#entries.get(batch.producerId)
    if (entry === undefined) return { kind: 'next' }
    if (batch.producerEpoch === entry.epoch) {
      const found = entry.batches.find(
        ({ baseSequence, lastSequence }) => baseSequence === batch.baseSequence && lastSequence === batch.lastSequence,
      )
      if (found !== undefined) return { kind: 'duplicate', baseOffset: found.baseOffset }
    }
    if (batch.producerEpoch < entry.epoch) return { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' }
    const expected = batch.producerEpoch > entry.epoch || entry.lastSequence < 0 ? 0 : sequenceAfter(entry.lastSequence, 1)
    if (batch.baseSequence !== expected) return { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
    if (entry.transactionStart >= 0 && !batch.isTransactional) return { kind: 'refused', error: 'INVALID_TXN_STATE' }
    return { kind: 'next' }
  }

  appended(batch: ProducerFields, baseOffset: number): void {
    const entry = this.#entry(batch.producerId, batch.producerEpoch)
    entry.lastSequence = batch.lastSequence
    entry.batches.push({ baseSequence: batch.baseSequence, lastSequence: batch.lastSequence, baseOffset })
    if (entry.batches.length > remembered) entry.batches.shift()
    if (batch.isTransactional && entry.transactionStart < 0) entry.transactionStart = baseOffset
  }

  /** A marker has been written. Gives the first offset of the transaction that it ends; −1 where there was none. */
  ended(producerId: number, producerEpoch: number): number {
    const entry = this.#entry(producerId, producerEpoch)
    const start = entry.transactionStart
    entry.transactionStart = -1
    return start
  }

  transactionStart(producerId: number): number {
    return this.#entries.get(producerId)?.transactionStart ?? -1
  }

  /** The first offset of any open transaction; `Infinity` without one. */
  firstOpen(): number {
    let first = Infinity
    for (const { transactionStart } of this.#entries.values())
      if (transactionStart >= 0 && transactionStart < first) first = transactionStart
    return first
  }

  #entry(producerId: number, epoch: number): ProducerEntry {
    let entry = this.#entries.get(producerId)
    if (entry === undefined) {
      entry = { epoch, lastSequence: -1, batches: [], transactionStart: -1 }
      this.#entries.set(producerId, entry)
    }
    if (epoch > entry.epoch) {
      entry.epoch = epoch
      entry.lastSequence = -1
      entry.batches = []
    }
    return entry
  }
}
