import { Buffer } from 'node:buffer'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { corrupt } from './compression-error.ts'
import { inflateError, inflateOptions, zstdOptions } from './zlib-options.ts'

const compressAsync = promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)
const decompressAsync = promisify<Buffer, zlib.ZstdOptions, unknown>(zlib.zstdDecompress)

/** Each frame costs a call into another thread; nobody writes more than a few, who does wants to keep us busy. */
const maxFrames = 64

/** On a thread of Node's pool. */
export const deflateZstd = (bytes: Buffer, level?: number): Promise<Buffer> => compressAsync(bytes, zstdOptions(level, bytes.length))

export const deflateZstdSync = (bytes: Buffer, level?: number): Buffer => zlib.zstdCompressSync(bytes, zstdOptions(level, bytes.length))

/** On a thread of Node's pool. Several frames, one behind the other, are read as one. */
export async function inflateZstd(bytes: Buffer, maxOutput: number): Promise<Buffer> {
  const frames = new Frames(bytes, maxOutput)
  try {
    while (frames.more()) frames.take(await decompressAsync(frames.rest(), frames.options()))
  } catch (error) {
    throw inflateError('zstd', error, maxOutput)
  }
  return frames.output()
}

export function inflateZstdSync(bytes: Buffer, maxOutput: number): Buffer {
  const frames = new Frames(bytes, maxOutput)
  try {
    while (frames.more()) frames.take(zlib.zstdDecompressSync(frames.rest(), frames.options()))
  } catch (error) {
    throw inflateError('zstd', error, maxOutput)
  }
  return frames.output()
}

/**
 * Node inflates the first frame and, when what comes out of it ends within a chunk, says nothing about those behind it.
 * So it is asked how many bytes it used, and called again for the rest.
 */
class Frames {
  readonly #bytes: Buffer
  readonly #maxOutput: number
  readonly #outputs: Buffer[] = []
  #used = 0
  #written = 0

  constructor(bytes: Buffer, maxOutput: number) {
    this.#bytes = bytes
    this.#maxOutput = maxOutput
  }

  more(): boolean {
    return this.#outputs.length === 0 || this.#used < this.#bytes.length
  }

  rest(): Buffer {
    return this.#used === 0 ? this.#bytes : this.#bytes.subarray(this.#used)
  }

  options(): zlib.ZstdOptions {
    return { ...inflateOptions(this.#bytes.length - this.#used, this.#maxOutput - this.#written), info: true }
  }

  take(result: unknown): void {
    if (!isInfo(result)) throw new TypeError('zlib did not tell how much it read')
    if (result.engine.bytesWritten === 0 || this.#outputs.length === maxFrames) throw corrupt('zstd: there are too many frames')
    this.#used += result.engine.bytesWritten
    this.#written += result.buffer.length
    this.#outputs.push(result.buffer)
  }

  output(): Buffer {
    const [first] = this.#outputs
    return first !== undefined && this.#outputs.length === 1 ? first : Buffer.concat(this.#outputs)
  }
}

/** What zlib gives back when it is asked for information: the output and the engine, which has counted its input. */
interface Info {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

function isInfo(result: unknown): result is Info {
  return typeof result === 'object' && result !== null && 'buffer' in result && Buffer.isBuffer(result.buffer) && 'engine' in result
}
