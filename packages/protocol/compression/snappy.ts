import { Buffer } from 'node:buffer'
import { corrupt, tooLarge } from './compression-error.ts'
import type { Inflation } from './inflation.ts'
import { bytesBetweenPauses } from './pause.ts'
import { maxSnappyBlockSize, readSnappyPreamble, SnappyBlock, SnappyTable, writeSnappyBlock } from './snappy-block.ts'

/**
 * Snappy as Kafka's clients write it: a stream of raw blocks in the frame of the Java library xerial. A magic and two
 * version numbers, then for each block its compressed length. Some clients leave all of it out and send one raw block;
 * both are read, the framed form is written.
 */
const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const version = 1
const headerSize = 16
/** Bytes that go into one block, as the Java client does it. */
const blockSize = 32 * 1024

export function deflateSnappy(bytes: Buffer): Buffer {
  const blocks = Math.ceil(bytes.length / blockSize)
  const output = Buffer.allocUnsafe(headerSize + blocks * (4 + maxSnappyBlockSize(Math.min(blockSize, bytes.length))))
  output.set(magic)
  output.writeInt32BE(version, 8)
  output.writeInt32BE(version, 12)
  const table = new SnappyTable()
  let written = headerSize
  for (let start = 0; start < bytes.length; start += blockSize) {
    const end = writeSnappyBlock(bytes, start, Math.min(start + blockSize, bytes.length), output, written + 4, table)
    output.writeInt32BE(end - written - 4, written)
    written = end
  }
  return output.subarray(0, written)
}

export class SnappyInflation implements Inflation {
  readonly #input: Buffer
  readonly #framed: boolean
  readonly #output: Buffer
  #position: number
  #block: SnappyBlock | undefined
  #blockEnd = 0
  #written = 0

  /** Reads what all blocks announce, so that nothing is allocated for a batch that would become too large. */
  constructor(input: Buffer, maxOutput: number) {
    this.#input = input
    this.#framed = input.length >= headerSize && input.compare(magic, 0, magic.length, 0, magic.length) === 0
    if (this.#framed && input.readInt32BE(12) > version) throw corrupt(`snappy: frame version ${input.readInt32BE(12)} is not known`)
    this.#position = this.#framed ? headerSize : 0
    this.#output = Buffer.allocUnsafe(this.#announced(maxOutput))
  }

  step(): boolean {
    const until = this.#written + bytesBetweenPauses
    while (this.#written < until) {
      if (this.#block === undefined && !this.#openBlock()) return false
      this.#written = this.#block?.run(until) ?? 0
      if (this.#written === this.#blockEnd) this.#block = undefined
    }
    return true
  }

  result(): Buffer {
    return this.#output
  }

  #openBlock(): boolean {
    if (this.#position === this.#input.length) return false
    const start = this.#framed ? this.#position + 4 : this.#position
    const end = this.#endOfBlock(this.#position)
    const preamble = readSnappyPreamble(this.#input, start, end)
    this.#position = end
    this.#blockEnd = this.#written + preamble.inflatedLength
    this.#block = new SnappyBlock(this.#input, preamble.start, end, this.#output, this.#written, this.#blockEnd)
    return true
  }

  #announced(maxOutput: number): number {
    let total = 0
    for (let position = this.#position; position < this.#input.length || !this.#framed;) {
      const end = this.#endOfBlock(position)
      total += readSnappyPreamble(this.#input, this.#framed ? position + 4 : position, end).inflatedLength
      if (total > maxOutput) throw tooLarge(maxOutput)
      if (!this.#framed) break
      position = end
    }
    return total
  }

  #endOfBlock(position: number): number {
    const input = this.#input
    if (!this.#framed) return input.length
    if (input.length - position < 4) throw corrupt('snappy: the length of a block is cut off')
    const length = input.readInt32BE(position)
    if (length < 0 || length > input.length - position - 4) throw corrupt('snappy: a block is cut off')
    return position + 4 + length
  }
}
