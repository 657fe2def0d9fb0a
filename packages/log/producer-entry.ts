import { sequenceAfter } from '@odradek/protocol/records'

/** How many batches of a producer are remembered, to recognise them when they come again. The idempotent clients have as many in flight. */
export const rememberedBatches = 5

/** Numbers a batch takes in `#batches`: last sequence, last offset, offset delta, timestamp. */
const width = 4
const full = rememberedBatches * width

/** What a partition knows of one producer id. */
export class ProducerEntry {
  readonly producerId: number
  epoch = -1
  coordinatorEpoch = -1
  /** Largest timestamp of the last batch, or that of the last marker. */
  lastTimestamp = -1
  /** Where the open transaction begins, −1 without one. */
  transactionStart = -1
  /** The last batches of the current epoch, the oldest first. Flat, since there may be a hundred thousand producers. */
  #batches: number[] = []

  constructor(producerId: number) {
    this.producerId = producerId
  }

  copy(): ProducerEntry {
    const copy = new ProducerEntry(this.producerId)
    copy.epoch = this.epoch
    copy.coordinatorEpoch = this.coordinatorEpoch
    copy.lastTimestamp = this.lastTimestamp
    copy.transactionStart = this.transactionStart
    copy.#batches = this.#batches.slice()
    return copy
  }

  get hasBatches(): boolean {
    return this.#batches.length > 0
  }

  /** −1 without a batch of this epoch. */
  get lastSequence(): number {
    return this.#fromEnd(4, -1)
  }

  get lastOffset(): number {
    return this.#fromEnd(3, -1)
  }

  get lastOffsetDelta(): number {
    return this.#fromEnd(2, 0)
  }

  /** A new epoch starts counting anew; the batches of the old one cannot come again. */
  moveTo(epoch: number): void {
    if (this.epoch === epoch) return
    this.epoch = epoch
    this.#batches.length = 0
  }

  /** Takes over what `other` remembers beside the last batch, if that is the same. */
  recall(other: ProducerEntry): void {
    if (other.epoch === this.epoch && other.lastOffset === this.lastOffset && other.lastSequence === this.lastSequence)
      this.#batches = other.#batches.slice()
  }

  addBatch(lastSequence: number, lastOffset: number, offsetDelta: number, timestamp: number): void {
    const batches = this.#batches
    if (batches.length === full) {
      batches.copyWithin(0, width)
      batches.length = full - width
    }
    batches.push(lastSequence, lastOffset, offsetDelta, timestamp)
    this.lastTimestamp = timestamp
  }

  /** Which of the remembered batches has just these sequences; −1 for none. */
  findBatch(firstSequence: number, lastSequence: number): number {
    const batches = this.#batches
    for (let at = batches.length - width; at >= 0; at -= width) {
      if (batches[at] !== lastSequence) continue
      // The delta counts sequences as well as offsets. Going forward from the first avoids numbers below 0.
      if (sequenceAfter(firstSequence, batches[at + 2] ?? 0) === lastSequence) return at / width
    }
    return -1
  }

  batch(index: number): { readonly baseOffset: number; readonly lastOffset: number; readonly timestamp: number } {
    const at = index * width
    const lastOffset = this.#batches[at + 1] ?? -1
    return { baseOffset: lastOffset - (this.#batches[at + 2] ?? 0), lastOffset, timestamp: this.#batches[at + 3] ?? -1 }
  }

  #fromEnd(back: number, otherwise: number): number {
    return this.#batches.at(-back) ?? otherwise
  }
}
