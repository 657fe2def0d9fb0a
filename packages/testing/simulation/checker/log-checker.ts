import { openBatchSync } from '@odradek/protocol/records'
import type { LogBatch, LogObserver, ModelPartition } from '../brokers/model-partition.ts'
import type { World } from '../world/world.ts'
import type { Ledger, Sent } from './ledger.ts'
import { readPayload } from './payload.ts'

/** Where a value lies. */
interface Placed {
  readonly partition: ModelPartition
  readonly offset: number
  /** −1 without idempotence. */
  readonly producerId: number
}

/** A partition's log by values: `values[offset]`, 0 for a marker. */
interface Values {
  readonly values: number[]
  /** By producer: the last value in the log. */
  readonly last: Map<number, number>
  /** Committed records were lost in an unclean election: what readers saw need not be there any more. */
  isForked: boolean
}

/** What lies in the logs, and whether it may: ID1 and ID2, order, CL3; and whether what producers are told is true. */
export class LogChecker implements LogObserver {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #topics: string[] = []
  readonly #logs = new Map<ModelPartition, Values>()
  readonly #places = new Map<number, Placed>()
  /** Values that were cut off before they were committed, or in an unclean election. */
  readonly #cut = new Set<number>()
  /** Values that a producer without idempotence has written several times. */
  readonly #writtenTwice = new Set<number>()
  /** By source: the value that is its committed copy. */
  readonly copies = new Map<number, number>()

  constructor(world: World, ledger: Ledger) {
    this.#world = world
    this.#ledger = ledger
  }

  /** Topics have numbers in payloads. */
  numberOf(topic: string): number {
    const at = this.#topics.indexOf(topic)
    return at >= 0 ? at : this.#topics.push(topic) - 1
  }

  /** The value at an offset; 0 for a marker, undefined beyond the end. */
  valueAt(partition: ModelPartition, offset: number): number | undefined {
    return this.#logs.get(partition)?.values[offset]
  }

  isForked(partition: ModelPartition): boolean {
    return this.#logs.get(partition)?.isForked === true
  }

  placeOf(value: number): Placed | undefined {
    return this.#places.get(value)
  }

  appended(partition: ModelPartition, batch: LogBatch): void {
    const log = this.#logOf(partition)
    let opened: ReturnType<typeof openBatchSync>
    try {
      opened = openBatchSync(batch.bytes, 0, 16_000_000)
    } catch (error) {
      return this.#world.violate('CL3', `a batch in ${partition.name} can't be read: ${String(error)}`)
    }
    while (opened.next()) {
      const payload = readPayload(opened.value())
      const sent = payload === undefined ? undefined : this.#ledger.get(payload.value)
      if (payload === undefined || sent === undefined) {
        this.#world.violate('CL3', `${partition.name} got a record at ${opened.offset} that nobody has sent`)
        continue
      }
      this.#checkPlace(partition, sent, opened.offset)
      const { producerId } = batch.producer
      this.#checkOnce(sent, { partition, offset: opened.offset, producerId })
      this.#checkOrder(partition, log, sent, producerId)
      if (sent.outcome === 'failed' && sent.isSurelyFailed)
        this.#world.violate('G1a', `value ${sent.value} was said not to have been sent, and lies in ${partition.name}`)
      fill(log.values, opened.offset)
      log.values[opened.offset] = sent.value
    }
  }

  truncated(partition: ModelPartition, offset: number, committed: boolean): void {
    const log = this.#logOf(partition)
    for (const value of log.values.splice(offset)) {
      this.#places.delete(value)
      this.#cut.add(value)
    }
    if (committed) log.isForked = true
    log.last.clear()
    for (const value of log.values) {
      const sent = this.#ledger.get(value)
      if (sent !== undefined) log.last.set(sent.producer, value)
    }
  }

  transactionEnded(partition: ModelPartition, batches: readonly LogBatch[], outcome: 'committed' | 'aborted'): void {
    fill(this.#logOf(partition).values, partition.endOffset)
    if (outcome !== 'committed') return
    for (const { baseOffset, lastOffset } of batches) {
      for (let offset = baseOffset; offset <= lastOffset; offset++) {
        const sent = this.#ledger.get(this.valueAt(partition, offset) ?? 0)
        if (sent === undefined || sent.source === 0) continue
        const other = this.copies.get(sent.source)
        if (other !== undefined && other !== sent.value && !this.#writtenTwice.has(sent.source))
          this.#world.violate('exactly-once', `value ${sent.source} was copied twice, as ${other} and as ${sent.value}`)
        this.copies.set(sent.source, sent.value)
      }
    }
  }

  /** A producer was told that the record is written, and where. Offset −1: a duplicate, its place is not told. */
  acknowledged(sent: Sent, partition: ModelPartition | undefined, offset: number): void {
    if (!this.#ledger.acknowledged(sent)) return
    const placed = this.#places.get(sent.value)
    // What acks=1 promises ends with the leader, and unclean elections break all promises.
    if (placed === undefined && this.#cut.has(sent.value) && (sent.acks === '1' || this.#world.plan.uncleanElections)) return
    if (placed === undefined) return this.#world.violate('lost-write', `value ${sent.value} is acknowledged and in no log`)
    if (offset >= 0 && partition !== undefined && this.valueAt(partition, offset) !== sent.value)
      return this.#world.violate(
        'CL1',
        `value ${sent.value} was said to be at ${partition.name}@${offset}, and is at ${placed.partition.name}@${placed.offset}`,
      )
    if (sent.acks === 'all' && offset >= placed.partition.highWatermark)
      this.#world.violate('CL1', `value ${sent.value} is acknowledged at ${placed.partition.name}@${offset} before it is committed`)
  }

  /** Whether readers of committed records get what is at the offset, now. */
  isVisible(partition: ModelPartition, offset: number, committedOnly: boolean): boolean {
    const value = this.valueAt(partition, offset)
    if (value === undefined || value === 0) return false
    if (!committedOnly) return true
    const batch = partition.batchAt(offset)
    return batch !== undefined && partition.standingOf(batch) !== 'aborted'
  }

  /** After everything has come to rest: what was acknowledged is there. */
  checkKept(): void {
    for (const sent of this.#ledger.all()) {
      if (sent.outcome !== 'acked' || this.#places.has(sent.value)) continue
      if (sent.acks === '1' || this.#world.plan.uncleanElections) continue
      return this.#world.violate('lost-write', `value ${sent.value} was acknowledged and is in no log in the end`)
    }
  }

  #checkPlace(partition: ModelPartition, sent: Sent, offset: number): void {
    const isThere = this.#topics[sent.topic] === partition.topic && (sent.partition < 0 || sent.partition === partition.index)
    if (!isThere)
      this.#world.violate(
        'CL3',
        `value ${sent.value} was sent to ${this.#topics[sent.topic]}-${sent.partition} and lies in ${partition.name}@${offset}`,
      )
  }

  #checkOnce(sent: Sent, place: Placed): void {
    const { partition, offset } = place
    const placed = this.#places.get(sent.value)
    if (placed === undefined) this.#places.set(sent.value, place)
    else if (sent.isIdempotent)
      this.#world.violate(
        'duplicate',
        `value ${sent.value} lies in ${placed.partition.name}@${placed.offset} and in ${partition.name}@${offset}`,
      )
    else {
      this.#writtenTwice.add(sent.value)
      this.#world.sometimes('a record was written twice without idempotence')
    }
  }

  /**
   * A producer that has used up its epochs gets another id, and brokers do not know the two for one: a batch that was given up and is still
   * on its way may come behind what the new one has written. It was never acknowledged.
   */
  #checkOrder(partition: ModelPartition, log: Values, sent: Sent, producerId: number): void {
    const last = log.last.get(sent.producer) ?? 0
    const isOfOldId = sent.outcome === 'failed' && producerId < (this.#places.get(last)?.producerId ?? -1)
    if (isOfOldId) this.#world.sometimes('a batch of an id of the past came late')
    else if (sent.isIdempotent && sent.value <= last)
      this.#world.violate('order', `producer ${sent.producer}: value ${sent.value} comes behind ${last} in ${partition.name}`)
    log.last.set(sent.producer, Math.max(last, sent.value))
  }

  #logOf(partition: ModelPartition): Values {
    let log = this.#logs.get(partition)
    if (log === undefined) this.#logs.set(partition, (log = { values: [], last: new Map(), isForked: false }))
    return log
  }
}

/** Offsets that hold no record are markers. */
function fill(values: number[], end: number): void {
  while (values.length < end) values.push(0)
}
