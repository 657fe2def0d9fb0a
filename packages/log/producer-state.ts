import type { Buffer } from 'node:buffer'
import { KafkaError } from '@odradek/protocol'
import {
  baseSequence,
  isControlBatch,
  isTransactional,
  lastOffsetDelta,
  lastSequence,
  maxTimestamp,
  NO_PRODUCER_ID,
  producerEpoch,
  producerId,
  readMarker,
  RecordCursor,
} from '@odradek/protocol/records'
import type { Marker } from '@odradek/protocol/records'
import type { AppendOptions } from './log.ts'
import { ProducerEntry } from './producer-entry.ts'

const largestSequence = 2 ** 31 - 1

export interface DuplicateBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly timestamp: number
}

export interface ProducerStateLimits {
  /** How many producer ids a partition remembers, `producer.ids.per.partition.max`. */
  readonly maxProducers: number
  /** How long after its last batch a producer is remembered, `producer.id.expiration.ms`. */
  readonly expirationMs: number
}

/**
 * What a partition knows of its producers: which batch must come next from each, which it has already, and where open
 * transactions begin. It follows from the batches of the log alone, so followers and restarts arrive at the same.
 *
 * `check` asks, `apply` tells; between the two the batch is put into the log. What was applied since the last `settle`
 * can be taken back with `undo`, when the bytes could not be written.
 */
export class ProducerState {
  readonly #limits: ProducerStateLimits
  readonly #producers = new Map<number, ProducerEntry>()
  /** Open transactions: first offset → producer id. Offsets only grow, so the first key is the smallest. */
  readonly #open = new Map<number, number>()
  /** Transactions that have their marker: first offset → offset of the marker. They stay unstable until the marker is replicated. */
  readonly #closed = new Map<number, number>()
  /** Entries as they were when the last `settle` was called; undefined for those that were not there. */
  readonly #before = new Map<number, ProducerEntry | undefined>()
  #touchedTransactions = false

  constructor(limits: ProducerStateLimits) {
    this.#limits = limits
  }

  /** An empty one with the same limits. */
  blank(): ProducerState {
    return new ProducerState(this.#limits)
  }

  /** Fills in the batches before the last one of each producer, from what the batches of the log add up to. */
  recall(seen: ProducerState): void {
    for (const entry of this.#producers.values()) {
      const other = seen.get(entry.producerId)
      if (other !== undefined) entry.recall(other)
    }
  }

  get size(): number {
    return this.#producers.size
  }

  entries(): IterableIterator<ProducerEntry> {
    return this.#producers.values()
  }

  get(id: number): ProducerEntry | undefined {
    return this.#producers.get(id)
  }

  /**
   * Whether the batch may be appended now. Gives the remembered batch when a client sends it again, and throws `KafkaError`
   * for an epoch that was replaced, a sequence out of order, or a write that does not fit the open transaction.
   */
  check(batch: Buffer, at: number, origin: AppendOptions['origin']): DuplicateBatch | undefined {
    const id = producerId(batch, at)
    if (id === NO_PRODUCER_ID || origin === 'replication') return undefined
    const entry = this.#producers.get(id)
    if (entry === undefined) return undefined
    const epoch = producerEpoch(batch, at)
    if (isControlBatch(batch, at)) {
      checkMarker(entry, epoch, markerOf(batch, at))
      return undefined
    }
    if (origin === 'client' && epoch === entry.epoch) {
      const index = entry.findBatch(baseSequence(batch, at), lastSequence(batch, at))
      if (index >= 0) return entry.batch(index)
    }
    checkEpoch(entry, epoch)
    if (origin === 'client') checkSequence(entry, epoch, baseSequence(batch, at))
    if (entry.transactionStart >= 0 && !isTransactional(batch, at))
      throw new KafkaError('INVALID_TXN_STATE', `Producer ${id} has an open transaction here, and sent a batch outside of it.`)
    return undefined
  }

  /** Takes note of a batch that lies in the log at `firstOffset`. Never fails: what is in the log counts. */
  apply(batch: Buffer, at: number, firstOffset: number, canUndo: boolean): void {
    const id = producerId(batch, at)
    if (id === NO_PRODUCER_ID) return
    const marker = isControlBatch(batch, at) ? markerOf(batch, at) : undefined
    // An emptied control batch, which the cleaner left, or a control record that ends no transaction.
    if (marker === undefined && isControlBatch(batch, at)) return
    if (canUndo) this.#remember(id)
    const entry = this.#entry(id, canUndo)
    entry.moveTo(producerEpoch(batch, at))
    const lastOffset = firstOffset + lastOffsetDelta(batch, at)
    if (marker !== undefined) return this.#close(entry, marker, lastOffset, maxTimestamp(batch, at))
    entry.addBatch(lastSequence(batch, at), lastOffset, lastOffsetDelta(batch, at), maxTimestamp(batch, at))
    if (isTransactional(batch, at) && entry.transactionStart < 0) {
      entry.transactionStart = firstOffset
      this.#open.set(firstOffset, id)
      this.#touchedTransactions = true
    }
  }

  /** Begins with the entries of a snapshot. */
  restore(entries: Iterable<ProducerEntry>): void {
    this.clear()
    for (const entry of entries) this.#producers.set(entry.producerId, entry)
    const open = Array.from(this.#producers.values()).filter((entry) => entry.transactionStart >= 0)
    for (const entry of open.toSorted((a, b) => a.transactionStart - b.transactionStart))
      this.#open.set(entry.transactionStart, entry.producerId)
  }

  /** Where the first transaction begins that is open, or whose marker is not below the high watermark yet; undefined without one. */
  firstUnstableOffset(highWatermark: number): number | undefined {
    let first: number | undefined
    for (const offset of this.#open.keys()) {
      first = offset
      break
    }
    for (const [offset, markerOffset] of this.#closed) {
      if (markerOffset < highWatermark) this.#closed.delete(offset)
      else if (first === undefined || offset < first) first = offset
    }
    return first
  }

  /** Forgets who was silent for `expirationMs` and has no open transaction. */
  expire(nowMs: number): void {
    for (const entry of this.#producers.values()) if (this.isExpired(entry, nowMs)) this.#producers.delete(entry.producerId)
  }

  isExpired(entry: ProducerEntry, nowMs: number): boolean {
    return entry.transactionStart < 0 && nowMs - entry.lastTimestamp >= this.#limits.expirationMs
  }

  clear(): void {
    this.#producers.clear()
    this.#open.clear()
    this.#closed.clear()
    this.settle()
  }

  /** What was applied so far is in the file and stays. */
  settle(): void {
    if (this.#before.size > 0) this.#before.clear()
    this.#touchedTransactions = false
  }

  /** Takes back what was applied since the last `settle`. Returns false if it cannot, with transactions: then the state has to be built again. */
  undo(): boolean {
    if (this.#touchedTransactions) return false
    for (const [id, entry] of this.#before) {
      if (entry === undefined) this.#producers.delete(id)
      else this.#producers.set(id, entry)
    }
    this.settle()
    return true
  }

  #remember(id: number): void {
    if (!this.#before.has(id)) this.#before.set(id, this.#producers.get(id)?.copy())
  }

  #entry(id: number, canUndo: boolean): ProducerEntry {
    const found = this.#producers.get(id)
    if (found !== undefined) return found
    if (this.#producers.size >= this.#limits.maxProducers) this.#forgetLongestIdle(canUndo)
    const entry = new ProducerEntry(id)
    this.#producers.set(id, entry)
    return entry
  }

  /** Makes room at the limit: those whose last batch is farthest back go, a sixteenth at a time so that it costs little for each. */
  #forgetLongestIdle(canUndo: boolean): void {
    const idle = Array.from(this.#producers.values()).filter((entry) => entry.transactionStart < 0)
    idle.sort((a, b) => a.lastOffset - b.lastOffset)
    for (const entry of idle.slice(0, Math.max(1, Math.floor(this.#limits.maxProducers / 16)))) {
      if (canUndo) this.#remember(entry.producerId)
      this.#producers.delete(entry.producerId)
    }
  }

  #close(entry: ProducerEntry, marker: Marker, markerOffset: number, timestamp: number): void {
    if (entry.transactionStart >= 0) {
      this.#open.delete(entry.transactionStart)
      this.#closed.set(entry.transactionStart, markerOffset)
      this.#touchedTransactions = true
    }
    entry.transactionStart = -1
    entry.coordinatorEpoch = marker.coordinatorEpoch
    entry.lastTimestamp = timestamp
  }
}

function checkEpoch(entry: ProducerEntry, epoch: number): void {
  if (epoch < entry.epoch)
    throw new KafkaError(
      'INVALID_PRODUCER_EPOCH',
      `Producer ${entry.producerId} sent epoch ${epoch}, but epoch ${entry.epoch} has been seen.`,
    )
}

function checkSequence(entry: ProducerEntry, epoch: number, firstSequence: number): void {
  const isNext =
    epoch === entry.epoch
      ? firstSequence === (entry.lastSequence === largestSequence ? 0 : entry.lastSequence + 1)
      : firstSequence === 0 || entry.epoch < 0
  if (isNext) return
  const expected = epoch === entry.epoch ? `${entry.lastSequence} was the last` : `epoch ${epoch} is new and begins with 0`
  throw new KafkaError('OUT_OF_ORDER_SEQUENCE_NUMBER', `Producer ${entry.producerId} sent sequence ${firstSequence}, but ${expected}.`)
}

function checkMarker(entry: ProducerEntry, epoch: number, marker: Marker | undefined): void {
  checkEpoch(entry, epoch)
  if (marker !== undefined && marker.coordinatorEpoch < entry.coordinatorEpoch)
    throw new KafkaError(
      'TRANSACTION_COORDINATOR_FENCED',
      `A marker of coordinator epoch ${marker.coordinatorEpoch} came for producer ${entry.producerId}, but epoch ${entry.coordinatorEpoch} has been seen.`,
    )
}

function markerOf(batch: Buffer, at: number): Marker | undefined {
  const cursor = new RecordCursor().openBatch(batch, at)
  return cursor.next() ? readMarker(cursor) : undefined
}
