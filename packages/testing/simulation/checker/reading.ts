import type { ModelPartition } from '../brokers/model-partition.ts'
import type { World } from '../world/world.ts'
import type { LogChecker } from './log-checker.ts'
import { readPayload } from './payload.ts'

/** A record as it was delivered. */
export interface Delivered {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly rawValue: Uint8Array | null
}

/**
 * What one consumer reads of one partition, from where it was told to begin until it loses it: every record that is to be seen, once,
 * in order, with the bytes that were sent.
 */
export class Reading {
  readonly #world: World
  readonly #log: LogChecker
  readonly #partition: ModelPartition
  readonly #committedOnly: boolean
  readonly #who: string
  /** The next record must not be behind the first one to be seen from here on; undefined: anything may come. */
  #expected: number | undefined
  /** Nor before this. */
  #floor: number
  isPaused = false

  constructor(options: {
    readonly world: World
    readonly log: LogChecker
    readonly partition: ModelPartition
    readonly committedOnly: boolean
    readonly who: string
    readonly from: number | undefined
    readonly floor: number
  }) {
    this.#world = options.world
    this.#log = options.log
    this.#partition = options.partition
    this.#committedOnly = options.committedOnly
    this.#who = options.who
    this.#expected = options.from
    this.#floor = options.floor
  }

  /** Where the next record is looked for. */
  get expected(): number | undefined {
    return this.#expected
  }

  /** The position was set; `undefined`: nobody knows where to. */
  seek(offset: number | undefined): void {
    this.#expected = offset
    this.#floor = offset ?? 0
  }

  /** Gives the value, when the record is sound. `inAnyOrder`: several are begun at once, and those that fail come again. */
  delivered(record: Delivered, inAnyOrder = false): number | undefined {
    const where = `${this.#partition.name}@${record.offset}`
    this.#world.sometimes('read a record')
    const payload = readPayload(record.rawValue)
    if (payload === undefined) {
      this.#world.violate('CL3', `${this.#who} read changed bytes at ${where}`)
      return undefined
    }
    if (this.isPaused) this.#world.violate('pause', `${this.#who} got ${where} of a paused partition`)
    const value = this.#log.valueAt(this.#partition, record.offset)
    if (this.#log.isForked(this.#partition)) {
      this.#expected = undefined
      return payload.value
    }
    if (value !== payload.value) {
      this.#world.violate('inconsistent-offsets', `${this.#who} read value ${payload.value} at ${where}, where ${value} lies`)
      return undefined
    }
    if (record.offset >= this.#partition.highWatermark) this.#world.violate('R6', `${this.#who} read ${where}, which is not committed`)
    this.#checkStanding(record.offset, where)
    if (!inAnyOrder) this.#checkOrder(record.offset, where)
    this.#expected = record.offset + 1
    this.#floor = this.#expected
    return payload.value
  }

  #checkStanding(offset: number, where: string): void {
    if (!this.#committedOnly) return
    const batch = this.#partition.batchAt(offset)
    const standing = batch === undefined ? 'plain' : this.#partition.standingOf(batch)
    if (standing === 'aborted') this.#world.violate('G1a', `${this.#who} read ${where}, which was aborted`)
    if (standing === 'open') this.#world.violate('TX2', `${this.#who} read ${where} of an open transaction`)
  }

  #checkOrder(offset: number, where: string): void {
    if (offset < this.#floor) this.#world.violate('nonmonotonic-poll', `${this.#who} read ${where} again, and had been at ${this.#floor}`)
    if (this.#expected === undefined) return
    for (let skipped = this.#expected; skipped < offset; skipped++) {
      if (!this.#log.isVisible(this.#partition, skipped, this.#committedOnly)) continue
      this.#world.violate('poll-skip', `${this.#who} went from ${this.#expected} to ${where} and skipped ${skipped}`)
      return
    }
  }
}
