import type { Buffer } from 'node:buffer'
import { ByteWriter } from '@odradek/common/bytes'
import { writeResponseHeader } from '@odradek/protocol'
import type { Handler } from './handler.ts'

/**
 * Turns answers into bytes.
 *
 * Most answers are some fifty bytes. They are written one behind the other into a block of memory, which is left to the
 * garbage collector when it is full: no answer needs a buffer of its own, and none has to be given back.
 */
export class ReplyWriter {
  #block = new ByteWriter(blockSize)

  /** Header and body. What is attached to the body (record batches) stays where it is. */
  write(handler: Handler, correlationId: number, response: unknown, version: number): Buffer[] {
    if (handler.lendsBuffers) return this.#writeAlone(handler, correlationId, response, version)
    if (this.#block.buffer.length - this.#block.position < roomAtLeast) this.#block = new ByteWriter(blockSize)
    const block = this.#block
    const start = block.position
    try {
      writeReply(block, handler, correlationId, response, version)
    } catch (error) {
      this.#block = new ByteWriter(blockSize)
      throw error
    }
    // A block that has grown is left to the answer that made it grow. Written on, it would grow with each large answer,
    // double its size each time, and never be full.
    if (block.buffer.length > blockSize) this.#block = new ByteWriter(blockSize)
    return [block.buffer.subarray(start, block.position)]
  }

  #writeAlone(handler: Handler, correlationId: number, response: unknown, version: number): Buffer[] {
    const writer = new ByteWriter(roomAtLeast)
    writeReply(writer, handler, correlationId, response, version)
    return writer.chunks()
  }
}

const blockSize = 32_768
/** Below this a block counts as full. A larger answer makes it grow, which costs a copy, and has it then for itself. */
const roomAtLeast = 512

function writeReply(writer: ByteWriter, handler: Handler, correlationId: number, response: unknown, version: number): void {
  writeResponseHeader(writer, handler.api, version, correlationId)
  handler.encode(writer, response, version)
}
