import type { Buffer } from 'node:buffer'
import { DiskError } from '@odradek/common/disk'
import { KafkaError } from '@odradek/protocol'
import { findBatches } from './file-window.ts'
import type { LogHost } from './log-host.ts'
import type { LogState } from './log-state.ts'
import type { LogSlice, ReadOptions } from './log.ts'
import type { ReadBuffers } from './read-buffers.ts'
import type { Segment } from './segment.ts'
import { emptySlice } from './tail.ts'

/** So many places are remembered at which readers will go on, so that they need no look into the index. */
const rememberedPlaces = 8
/** Behind an index entry the batch is found within about so many bytes; so much more is read at once. */
const searchBytes = 8 * 1024
/** So much is read at least, if there is so much, and at most, unless a single batch is larger. */
const leastBytes = 16 * 1024
const mostBytes = 1024 * 1024

interface Place {
  readonly segment: Segment
  readonly offset: number
  readonly position: number
}

/**
 * Reads of a log what has left memory: on a thread of the pool, into buffers that are used again.
 *
 * Bytes from a disk are not believed. Each batch must have the CRC it says, and the offset and the epoch that it must have
 * at its place; else nobody gets it. That costs a sixth of the read, and finds what rots before a consumer does.
 */
export class ColdReader {
  readonly #state: LogState
  #places: Place[] = []

  constructor(state: LogState) {
    this.#state = state
  }

  /** The offset must be one that the log has. Rejects with `KafkaError`. */
  async read(fromOffset: number, options: ReadOptions): Promise<LogSlice> {
    try {
      return await this.#read(fromOffset, options)
    } catch (error) {
      throw readFailure(this.#state.host, error)
    }
  }

  async #read(fromOffset: number, options: ReadOptions): Promise<LogSlice> {
    const { segments } = this.#state
    for (let index = Math.max(0, segments.indexFor(fromOffset)); index < segments.count; index++) {
      const segment = segments.at(index)
      // eslint-disable-next-line no-await-in-loop -- the next segment is asked only if this one has nothing
      const slice = await this.#readSegment(segment, fromOffset, options)
      if (slice !== undefined) return slice
      if (segment.isRetired) return this.#readAgain(fromOffset, options)
      // The cleaner may have taken all that came here. In any other log the segment has lost its end.
      if (this.#isGapless && index < segments.count - 1)
        throw this.#corrupt(segment, segment.writtenSize, `it ends before offset ${fromOffset}`)
    }
    return emptySlice
  }

  /** Forgets places in the files, since one was cut. */
  forget(): void {
    this.#places = []
  }

  get #isGapless(): boolean {
    const { host, name, place } = this.#state
    return !place.settings().compacts && !host.checkpoints.wasCleaned(name)
  }

  /** Undefined when all batches of the segment end before the offset. */
  async #readSegment(segment: Segment, fromOffset: number, options: ReadOptions): Promise<LogSlice | undefined> {
    const known = this.#places.find((place) => place.segment === segment && place.offset === fromOffset)
    let position = known?.position ?? segment.searchStart(fromOffset)
    let expectedOffset = known?.offset ?? (position === 0 ? segment.baseOffset : -1)
    let bytes = Math.min(mostBytes, Math.max(leastBytes, options.maxBytes + (known === undefined ? searchBytes : 0)))
    const { readBuffers } = this.#state.host
    for (;;) {
      const { generation } = this.#state
      const left = segment.writtenSize - position
      const wanted = Math.min(bytes, left)
      const buffer = readBuffers.acquire(wanted)
      // eslint-disable-next-line no-await-in-loop -- mostly once
      const filled = await this.#fill(segment, buffer, wanted, position)
      if (generation !== this.#state.generation) {
        readBuffers.release(buffer)
        return this.#readAgain(fromOffset, options)
      }
      const isGapless = this.#isGapless
      const epochAt = (offset: number): number => this.#state.epochs.epochAt(offset)
      const found = findBatches({ buffer, filled, left, expectedOffset, isGapless, epochAt }, { ...options, fromOffset })
      if (found.kind === 'batches') {
        this.#remember({ segment, offset: found.nextOffset, position: position + found.end })
        return new BufferSlice(readBuffers, buffer, found.start, found.end)
      }
      readBuffers.release(buffer)
      if (found.kind === 'none') return emptySlice
      if (found.kind === 'past') return undefined
      if (found.kind === 'corrupt') throw this.#corrupt(segment, position + found.at, found.reason)
      if (filled < wanted) throw this.#corrupt(segment, position + filled, 'the file ends there')
      position += found.at
      expectedOffset = found.expectedOffset
      bytes = Math.max(bytes, found.bytes)
    }
  }

  /** The log was cut, or has lost its beginning, while the disk was busy. What was asked for may be something else now, or gone. */
  #readAgain(fromOffset: number, options: ReadOptions): Promise<LogSlice> {
    const { startOffset, endOffset, writtenOffset } = this.#state
    if (fromOffset < startOffset || fromOffset > endOffset) throw new KafkaError('OFFSET_OUT_OF_RANGE')
    return this.#read(fromOffset, { ...options, upToOffset: Math.min(options.upToOffset, writtenOffset) })
  }

  async #fill(segment: Segment, buffer: Buffer, bytes: number, position: number): Promise<number> {
    try {
      return await segment.log.use().read(buffer, 0, bytes, position)
    } catch (error) {
      this.#state.host.readBuffers.release(buffer)
      throw error
    } finally {
      // Opened again for this read only: its file is to go.
      if (segment.isRetired) segment.close()
    }
  }

  #remember(place: Place): void {
    if (this.#places.length === rememberedPlaces) this.#places.shift()
    this.#places.push(place)
  }

  #corrupt(segment: Segment, position: number, reason: string): KafkaError {
    this.#state.host.logger
      .limited(`${segment.log.path}@${position}`)
      .error(
        'A segment is damaged, and what lies behind the place is not served. Put the file back from a copy, or have its readers go on behind it',
        { path: segment.log.path, position, reason },
      )
    return new KafkaError('CORRUPT_MESSAGE', `${segment.log.path} is damaged at byte ${position}: ${reason}.`)
  }
}

/** A disk that does not read takes one partition out of use, not the directory: others may lie on better places of it. */
export function readFailure(host: LogHost, error: unknown): unknown {
  if (!(error instanceof DiskError)) return error
  host.logger.limited(error.path).error('Cannot read a segment; its partition is out of use until it can be', { error })
  return new KafkaError('KAFKA_STORAGE_ERROR', error.message, { cause: error })
}

/** Batches in a buffer that is given back when they were sent. */
class BufferSlice implements LogSlice {
  readonly chunks: readonly Buffer[]
  readonly bytes: number
  readonly #buffers: ReadBuffers
  #buffer: Buffer | undefined

  constructor(buffers: ReadBuffers, buffer: Buffer, start: number, end: number) {
    this.chunks = [buffer.subarray(start, end)]
    this.bytes = end - start
    this.#buffers = buffers
    this.#buffer = buffer
  }

  release(): void {
    if (this.#buffer !== undefined) this.#buffers.release(this.#buffer)
    this.#buffer = undefined
  }
}
