import { Buffer } from 'node:buffer'
import { crc32c } from '@odradek/common/bytes'
import type { OpenFile } from '@odradek/common/disk'
import { BATCH_HEADER_SIZE, batchField, batchSize, computeCrc, findFrameProblem, storedCrc } from '@odradek/protocol/records'

const crcPiece = 256 * 1024
const smallestWindow = 4096

/**
 * Goes from batch to batch through a segment's file, on this thread. Like a cursor it is itself the current batch: its
 * header is `buffer[at, at + 61)`, the batch is `size` bytes at `position` of the file.
 *
 * ```ts
 * const scanner = new BatchScanner(file, 0, file.size())
 * while (scanner.next()) ends.push(lastOffset(scanner.buffer, scanner.at))
 * if (scanner.problem !== undefined) … // no batch begins at scanner.position
 * ```
 */
export class BatchScanner {
  buffer: Buffer
  at = 0
  position: number
  size = 0
  /** Why the walk ended before `end`; undefined when it came to it. */
  problem: string | undefined

  readonly #file: OpenFile
  readonly #end: number
  /** The window: `buffer[0, filled)` is the file from `windowStart` on. */
  #windowStart: number
  #filled = 0

  /** `windowBytes` are read at a time: much when whole batches are wanted, little when only headers are. */
  constructor(file: OpenFile, start: number, end: number, windowBytes = 64 * 1024) {
    this.#file = file
    this.#end = end
    this.position = this.#windowStart = start
    this.buffer = Buffer.allocUnsafe(Math.max(smallestWindow, Math.min(windowBytes, end - start)))
  }

  /** Moves to the next batch. False at the end, and where no batch begins: then `problem` says why. */
  next(): boolean {
    this.position += this.size
    this.size = 0
    const left = this.#end - this.position
    if (left <= 0) return false
    const available = this.#need(Math.min(BATCH_HEADER_SIZE, left))
    // The file may be shorter than it was said to be; a header cut in two counts as cut off.
    const problem = findFrameProblem(this.buffer, this.at, this.at + (available < BATCH_HEADER_SIZE ? available : left))
    if (problem !== undefined) {
      this.problem = problem
      return false
    }
    this.size = batchSize(this.buffer, this.at)
    return true
  }

  /** Whether the CRC of the current batch fits. Large batches are read in pieces, whatever they say about their size. */
  crcIsValid(): boolean {
    if (this.size <= this.buffer.length) {
      this.load()
      return storedCrc(this.buffer, this.at) === computeCrc(this.buffer, this.at)
    }
    const expected = storedCrc(this.buffer, this.at)
    const piece = Buffer.allocUnsafe(Math.min(crcPiece, this.size))
    const end = this.position + this.size
    let crc = 0
    for (let from = this.position + batchField.attributes; from < end;) {
      const count = this.#file.readSync(piece, 0, Math.min(piece.length, end - from), from)
      if (count === 0) return false
      crc = crc32c(piece, 0, count, crc)
      from += count
    }
    return crc === expected
  }

  /** Has the whole current batch in `buffer`, at `at`. */
  load(): void {
    if (this.size > this.buffer.length) {
      this.buffer = Buffer.allocUnsafe(this.size)
      this.#filled = 0
    }
    this.#need(this.size)
  }

  /** Has `bytes` at the current position in the window; returns how many there are. */
  #need(bytes: number): number {
    this.at = this.position - this.#windowStart
    if (this.at >= 0 && this.at + bytes <= this.#filled) return this.#filled - this.at
    this.at = 0
    this.#windowStart = this.position
    const wanted = Math.min(this.buffer.length, this.#end - this.position)
    this.#filled = this.#file.readSync(this.buffer, 0, wanted, this.position)
    return this.#filled
  }
}
