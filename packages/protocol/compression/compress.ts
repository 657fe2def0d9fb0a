import type { Buffer } from 'node:buffer'
import type { Codec } from './codec.ts'
import { deflateGzip, deflateGzipSync } from './gzip.ts'
import { deflateLz4 } from './lz4.ts'
import { deflateSnappy } from './snappy.ts'
import { deflateZstd, deflateZstdSync } from './zstd.ts'

/**
 * The bytes in a codec's form. gzip and zstd work on another thread; snappy and lz4 work here, at some 300 MB/s.
 * `level` is that of gzip (−1, 1 to 9) or zstd (−131072 to 22); lz4 takes any and always works fast.
 */
export function compress(codec: Codec, bytes: Buffer, level?: number): Promise<Buffer> {
  if (codec === 'gzip') return deflateGzip(bytes, level)
  if (codec === 'zstd') return deflateZstd(bytes, level)
  return Promise.resolve(compressSync(codec, bytes, level))
}

/** The same on this thread, at once. */
export function compressSync(codec: Codec, bytes: Buffer, level?: number): Buffer {
  return atOnce[codec](bytes, level)
}

const atOnce: Readonly<Record<Codec, (bytes: Buffer, level?: number) => Buffer>> = {
  none: (bytes) => bytes,
  gzip: deflateGzipSync,
  snappy: deflateSnappy,
  lz4: deflateLz4,
  zstd: deflateZstdSync,
}
