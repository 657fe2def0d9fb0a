import { Buffer } from 'node:buffer'
import {
  assignOffset,
  baseSequence,
  buildMarkerBatch,
  isTransactional,
  lastOffsetDelta,
  lastSequence,
  producerEpoch,
  producerId,
} from '@odradek/protocol/records'
import type { ErrorName } from '@odradek/protocol'
import type { World } from '../world/world.ts'
import { ModelProducers } from './model-producers.ts'
import type { ProducerFields } from './model-producers.ts'

/** A batch where it lies in the log. */
export interface LogBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly leaderEpoch: number
  readonly bytes: Buffer
  readonly producer: ProducerFields
  readonly marker: 'commit' | 'abort' | undefined
}

/** How things stand with the transaction that a batch belongs to. */
export type Standing = 'plain' | 'open' | 'committed' | 'aborted' | 'marker'

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  readonly markerOffset: number
}

export type Appended =
  | { readonly kind: 'appended' | 'duplicate'; readonly baseOffset: number; readonly endOffset: number }
  | { readonly kind: 'refused'; readonly error: ErrorName }

/** Told of everything that happens to a log. */
export interface LogObserver {
  appended(partition: ModelPartition, batch: LogBatch): void
  /** Everything from `offset` on is gone; `committed` says whether some of it had been below the high watermark. */
  truncated(partition: ModelPartition, offset: number, committed: boolean): void
  transactionEnded(partition: ModelPartition, batches: readonly LogBatch[], outcome: 'committed' | 'aborted'): void
}

/**
 * A partition as its replicas agree on it: one log, of which the part below the high watermark stays, whatever happens.
 *
 * Replicas are not told apart. A new leader has all that was committed and as much of the rest as the dice say.
 */
export class ModelPartition {
  readonly topic: string
  readonly topicId: string
  readonly index: number
  readonly #world: World
  readonly #observer: LogObserver
  readonly batches: LogBatch[] = []
  readonly #standings = new Map<LogBatch, Standing>()
  readonly producers = new ModelProducers()
  readonly aborted: AbortedTransaction[] = []
  /** Where each leader epoch begins. */
  readonly epochs: { epoch: number; startOffset: number }[] = []
  /** Transactions whose marker is in the log but perhaps not replicated: first offset and marker. */
  #closing: { readonly firstOffset: number; readonly markerOffset: number }[] = []
  leader = -1
  leaderEpoch = 0
  highWatermark = 0
  endOffset = 0
  #committedWaiters: { readonly offset: number; readonly epoch: number; readonly done: (isCommitted: boolean) => void }[] = []
  #dataWaiters = new Set<() => void>()

  constructor(topic: string, topicId: string, index: number, world: World, observer: LogObserver) {
    this.topic = topic
    this.topicId = topicId
    this.index = index
    this.#world = world
    this.#observer = observer
  }

  get name(): string {
    return `${this.topic}-${this.index}`
  }

  /** Readers of committed records get what is below. */
  get lastStableOffset(): number {
    let stable = Math.min(this.highWatermark, this.producers.firstOpen())
    for (const { firstOffset, markerOffset } of this.#closing)
      if (markerOffset >= this.highWatermark) stable = Math.min(stable, firstOffset)
    return stable
  }

  standingOf(batch: LogBatch): Standing {
    return this.#standings.get(batch) ?? 'plain'
  }

  /** The batch that holds `offset`, or undefined. */
  batchAt(offset: number): LogBatch | undefined {
    const at = this.#indexAt(offset)
    const batch = this.batches[at]
    return batch !== undefined && batch.baseOffset <= offset ? batch : undefined
  }

  /** Appends what a producer sent, which has been checked to be one sound batch. */
  append(sent: Buffer, epoch: number): Appended {
    const producer: ProducerFields = {
      producerId: producerId(sent, 0),
      producerEpoch: producerEpoch(sent, 0),
      baseSequence: baseSequence(sent, 0),
      lastSequence: lastSequence(sent, 0),
      isTransactional: isTransactional(sent, 0),
    }
    const count = lastOffsetDelta(sent, 0) + 1
    if (producer.producerId >= 0) {
      const verdict = this.producers.judge(producer)
      if (verdict.kind === 'refused') return verdict
      if (verdict.kind === 'duplicate') {
        this.#world.sometimes('a batch came a second time')
        return { kind: 'duplicate', baseOffset: verdict.baseOffset, endOffset: verdict.baseOffset + count }
      }
    }
    const baseOffset = this.#put(Buffer.from(sent), count, epoch, producer, undefined)
    return { kind: 'appended', baseOffset, endOffset: this.endOffset }
  }

  /** Ends the transaction of a producer here. `done` is told whether the marker is there to stay. */
  writeMarker(
    marker: { readonly producerId: number; readonly producerEpoch: number; readonly type: 'commit' | 'abort' },
    done: (isCommitted: boolean) => void,
  ): void {
    const bytes = buildMarkerBatch({ ...marker, coordinatorEpoch: 0, timestampMs: this.#world.time.now() })
    const { producerId, producerEpoch } = marker
    const producer = { producerId, producerEpoch, baseSequence: -1, lastSequence: -1, isTransactional: true }
    this.#put(bytes, 1, this.leaderEpoch, producer, marker.type)
    this.whenCommitted(this.endOffset, done)
  }

  /** Calls back when everything below `endOffset` is committed, or when that leader epoch has ended before. */
  whenCommitted(endOffset: number, done: (isCommitted: boolean) => void): void {
    if (this.highWatermark >= endOffset) done(true)
    else this.#committedWaiters.push({ offset: endOffset, epoch: this.leaderEpoch, done })
  }

  /** Calls once when there is more to read. Returns the function that calls it off. */
  whenMore(action: () => void): () => void {
    this.#dataWaiters.add(action)
    return () => this.#dataWaiters.delete(action)
  }

  /** Another leader, or the same anew; `keep` says how much of what was not committed the new one has. */
  elect(leader: number, keep: { readonly from: number }): void {
    if (keep.from < this.endOffset) this.#truncate(keep.from)
    this.leader = leader
    this.leaderEpoch++
    this.#world.note('leader', this.name, leader, this.leaderEpoch, this.endOffset, this.highWatermark)
    if (leader >= 0) this.#replicate()
    const told = this.#committedWaiters
    this.#committedWaiters = []
    for (const { done } of told) done(false)
    this.#wakeReaders()
  }

  /** Where the epoch ends, as OffsetForLeaderEpoch answers: the largest epoch not above the asked one, and where the next begins. */
  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } {
    if (epoch === this.leaderEpoch) return { epoch, endOffset: this.endOffset }
    let found: { epoch: number; startOffset: number } | undefined
    for (const entry of this.epochs) {
      if (entry.epoch > epoch)
        return found === undefined ? { epoch: -1, endOffset: -1 } : { epoch: found.epoch, endOffset: entry.startOffset }
      found = entry
    }
    return found === undefined ? { epoch: -1, endOffset: -1 } : { epoch: found.epoch, endOffset: this.endOffset }
  }

  /** Whole batches from the one that holds `offset` on, below `bound`. */
  read(offset: number, bound: number, maxBytes: number): readonly LogBatch[] {
    const found: LogBatch[] = []
    let size = 0
    for (let at = this.#indexAt(offset); at < this.batches.length; at++) {
      const batch = this.batches[at]
      if (batch === undefined || batch.lastOffset >= bound) break
      if (found.length > 0 && size + batch.bytes.length > maxBytes) break
      found.push(batch)
      size += batch.bytes.length
    }
    return found
  }

  /** Producers are forgotten, as after `producer.id.expiration.ms`. Open transactions are not. */
  forgetIdleProducers(): void {
    if (this.producers.firstOpen() === Infinity) this.producers.clear()
  }

  #put(bytes: Buffer, count: number, epoch: number, producer: ProducerFields, marker: LogBatch['marker']): number {
    const baseOffset = this.endOffset
    assignOffset(bytes, 0, baseOffset, epoch)
    const batch: LogBatch = { baseOffset, lastOffset: baseOffset + count - 1, leaderEpoch: epoch, bytes, producer, marker }
    this.batches.push(batch)
    this.endOffset += count
    this.#apply(batch, true)
    this.#world.note('append', this.name, baseOffset, count, producer.producerId, producer.producerEpoch, producer.baseSequence)
    this.#replicate()
    return baseOffset
  }

  #apply(batch: LogBatch, isNew: boolean): void {
    const { producer, marker, baseOffset } = batch
    if (this.epochs.at(-1)?.epoch !== batch.leaderEpoch) this.epochs.push({ epoch: batch.leaderEpoch, startOffset: baseOffset })
    if (marker === undefined) {
      if (producer.producerId >= 0) this.producers.appended(producer, baseOffset)
      this.#standings.set(batch, producer.isTransactional ? 'open' : 'plain')
      if (isNew) this.#observer.appended(this, batch)
      return
    }
    this.#standings.set(batch, 'marker')
    const firstOffset = this.producers.ended(producer.producerId, producer.producerEpoch)
    if (firstOffset < 0) return
    this.#closing.push({ firstOffset, markerOffset: baseOffset })
    if (marker === 'abort') this.aborted.push({ producerId: producer.producerId, firstOffset, markerOffset: baseOffset })
    const outcome = marker === 'commit' ? 'committed' : 'aborted'
    const ended = this.batches.filter(
      (each) => each.baseOffset >= firstOffset && each.producer.producerId === producer.producerId && this.#standings.get(each) === 'open',
    )
    for (const each of ended) this.#standings.set(each, outcome)
    if (isNew) this.#observer.transactionEnded(this, ended, outcome)
  }

  #replicate(): void {
    const { endOffset, leaderEpoch } = this
    if (endOffset <= this.highWatermark) return
    const dice = this.#world.random.fork(`replication/${this.name}/${endOffset}/${leaderEpoch}`)
    const isSlow = this.#world.strikes('slowReplication', dice)
    if (isSlow) this.#world.sometimes('replicated slowly')
    const delayMs = this.#world.plan.replicationMs * (0.5 + dice.nextFloat()) + (isSlow ? dice.nextInt(3_000) : 0)
    this.#world.time.after(delayMs, () => {
      if (this.leaderEpoch !== leaderEpoch || endOffset <= this.highWatermark) return
      this.highWatermark = endOffset
      this.#closing = this.#closing.filter(({ markerOffset }) => markerOffset >= endOffset)
      const waiting = this.#committedWaiters
      this.#committedWaiters = waiting.filter(({ offset }) => offset > endOffset)
      for (const { offset, done } of waiting) if (offset <= endOffset) done(true)
      this.#wakeReaders()
    })
  }

  #truncate(from: number): void {
    const at = this.#indexAt(from)
    const isCommitted = from < this.highWatermark
    this.#world.sometimes(isCommitted ? 'lost committed records in an unclean election' : 'cut off what was not committed')
    this.#world.note('truncate', this.name, from, this.highWatermark)
    const kept = this.batches.slice(0, at)
    this.batches.length = 0
    this.#standings.clear()
    this.producers.clear()
    this.aborted.length = 0
    this.epochs.length = 0
    this.#closing = []
    for (const batch of kept) {
      this.batches.push(batch)
      this.#apply(batch, false)
    }
    this.endOffset = kept.length === 0 ? 0 : kept[kept.length - 1]!.lastOffset + 1
    this.highWatermark = Math.min(this.highWatermark, this.endOffset)
    this.#closing = this.#closing.filter(({ markerOffset }) => markerOffset >= this.highWatermark)
    this.#observer.truncated(this, this.endOffset, isCommitted)
  }

  /** Where batches may be cut: ends of batches from the high watermark to the end. */
  cuts(from: number): readonly number[] {
    const cuts = [this.endOffset]
    for (let at = this.batches.length - 1; at >= 0; at--) {
      const batch = this.batches[at]
      if (batch === undefined || batch.baseOffset < from) break
      cuts.push(batch.baseOffset)
    }
    return cuts
  }

  #wakeReaders(): void {
    if (this.#dataWaiters.size === 0) return
    const waiting = [...this.#dataWaiters]
    this.#dataWaiters.clear()
    for (const wake of waiting) wake()
  }

  /** Index of the first batch that ends at or behind `offset`. */
  #indexAt(offset: number): number {
    let low = 0
    let high = this.batches.length
    while (low < high) {
      const middle = (low + high) >> 1
      const batch = this.batches[middle]
      if (batch !== undefined && batch.lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
