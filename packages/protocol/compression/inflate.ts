import type { Buffer } from 'node:buffer'
import type { Codec } from './codec.ts'
import { tooLarge } from './compression-error.ts'
import { inflateGzip, inflateGzipSync } from './gzip.ts'
import { runAtOnce, runInParts } from './inflation.ts'
import { Lz4Inflation } from './lz4.ts'
import { SnappyInflation } from './snappy.ts'
import { inflateZstd, inflateZstdSync } from './zstd.ts'

/**
 * What the bytes become, at most `maxOutput` bytes of it. For everything that came from a client: gzip and zstd work on another
 * thread, snappy and lz4 give the loop its turn in between, and none allocates much before it has seen that there is
 * something to fill it. The bytes must stay as they are until then. Throws `CompressionError`.
 */
export async function inflate(codec: Codec, bytes: Buffer, maxOutput: number): Promise<Buffer> {
  return atMost(maxOutput, await inParts[codec](bytes, maxOutput))
}

/** The same on this thread, at once: for bytes that were checked before, for tools and for what is known to be small. */
export function inflateSync(codec: Codec, bytes: Buffer, maxOutput: number): Buffer {
  return atMost(maxOutput, atOnce[codec](bytes, maxOutput))
}

const inParts: Readonly<Record<Codec, (bytes: Buffer, maxOutput: number) => Buffer | Promise<Buffer>>> = {
  none: (bytes) => bytes,
  gzip: inflateGzip,
  snappy: (bytes, maxOutput) => runInParts(new SnappyInflation(bytes, maxOutput)),
  lz4: (bytes, maxOutput) => runInParts(new Lz4Inflation(bytes, maxOutput)),
  zstd: inflateZstd,
}

const atOnce: Readonly<Record<Codec, (bytes: Buffer, maxOutput: number) => Buffer>> = {
  none: (bytes) => bytes,
  gzip: inflateGzipSync,
  snappy: (bytes, maxOutput) => runAtOnce(new SnappyInflation(bytes, maxOutput)),
  lz4: (bytes, maxOutput) => runAtOnce(new Lz4Inflation(bytes, maxOutput)),
  zstd: inflateZstdSync,
}

function atMost(maxOutput: number, output: Buffer): Buffer {
  if (output.length > maxOutput) throw tooLarge(maxOutput)
  return output
}
