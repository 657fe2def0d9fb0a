import type { Buffer } from 'node:buffer'
import { KafkaError } from '@odradek/protocol'
import { codecOf, CompressionError } from '@odradek/protocol/compression'
import type { Codec } from '@odradek/protocol/compression'
import { batchSize, codecId, inflateRecords } from '@odradek/protocol/records'
import { MemoryQueue } from './memory-queue.ts'

export interface BatchOpenerLimits {
  /** What one batch may become. */
  readonly maxInflatedBytes: number
  /** What all batches that are open at one time may take; one of them always may be open. */
  readonly maxOpenedBytes: number
}

/**
 * Inflates batches, and does what takes as long with them, for a whole broker: a thousand bytes can become thirty million, so
 * all who have them opened share one allowance and go one after the other when it is used up, in the order of asking.
 *
 * Nobody knows beforehand what a batch becomes. So it gets sixteen times its size, which is enough for nearly all; for one that
 * needs more there is a second try, with room for the largest that is allowed.
 */
export class BatchOpener {
  readonly maxInflatedBytes: number
  readonly #memory: MemoryQueue
  #waitingBytes = 0

  constructor({ maxInflatedBytes, maxOpenedBytes }: BatchOpenerLimits) {
    this.maxInflatedBytes = maxInflatedBytes
    this.#memory = new MemoryQueue(maxOpenedBytes)
  }

  /** Bytes that open batches take, or may come to take. */
  get openedBytes(): number {
    return this.#memory.usedBytes
  }

  /** Batches that wait to be opened. */
  get waiting(): number {
    return this.#memory.waiting
  }

  /**
   * Gives `use` the records of the compressed batch at `position`; they count as open until its promise settles, and may not be
   * kept. The bytes of the batch must stay as they are until then. Throws `CompressionError`, and REQUEST_TIMED_OUT when so
   * much is waiting that this one would not get its turn in time.
   */
  async open<Result>(batch: Buffer, position: number, use: (records: Buffer) => Result | Promise<Result>): Promise<Result> {
    const size = batchSize(batch, position)
    const most = Math.min(this.maxInflatedBytes, size * largestRatio[codecOf(codecId(batch, position))])
    const guess = Math.min(most, Math.max(smallestGuess, 16 * size))
    const run = async (room: number, first: boolean): Promise<Result> =>
      this.#run(room, size, first, async (shrinkTo) => {
        const records = await inflateRecords(batch, position, room)
        shrinkTo(records.length)
        return use(records)
      })
    try {
      return await run(guess, false)
    } catch (error) {
      if (guess === most || !(error instanceof CompressionError) || error.fault !== 'TOO_LARGE') throw error
    }
    return run(most, true)
  }

  /** Runs what takes so many bytes for a while. Throws REQUEST_TIMED_OUT as `open` does. */
  hold<Result>(bytes: number, action: () => Promise<Result>): Promise<Result> {
    return this.#run(bytes, bytes, false, action)
  }

  async #run<Result>(
    room: number,
    heldBytes: number,
    first: boolean,
    action: (shrinkTo: (bytes: number) => void) => Promise<Result>,
  ): Promise<Result> {
    if (!first && this.#memory.waiting > 0 && this.#waitingBytes + heldBytes > waitingFactor * this.#memory.maxBytes)
      throw new KafkaError('REQUEST_TIMED_OUT', 'Too many batches are waiting to be opened (batch.inflate.total.max.bytes).')
    this.#waitingBytes += heldBytes
    const claim = await this.#memory.claim(room + codecBytes, { first })
    this.#waitingBytes -= heldBytes
    try {
      return await action((bytes) => claim.shrinkTo(bytes + codecBytes))
    } finally {
      claim.release()
    }
  }
}

/** Beside the records a codec has tables and windows of its own. */
const codecBytes = 262_144
const smallestGuess = 65_536
/**
 * What may wait, compressed, for each byte that may be open. Requests count as memory while their connections live, so it is for
 * clients that send, leave and come again.
 */
const waitingFactor = 4

/** How many bytes one may stand for at most. */
const largestRatio: Readonly<Record<Codec, number>> = { none: 1, gzip: 1032, snappy: 22, lz4: 255, zstd: Infinity }
