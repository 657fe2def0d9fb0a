import { constants } from 'node:zlib'
import type { ZlibOptions, ZstdOptions } from 'node:zlib'
import { CompressionError, corrupt, tooLarge } from './compression-error.ts'

const smallestChunk = 16 * 1024
const largestChunk = 256 * 1024

export const gzipOptions = (level: number | undefined): ZlibOptions => (level === undefined ? {} : { level })

/** Told how much will come, zstd takes tables of that size; else it takes the largest of its level, which can be 800 MB. */
export const zstdOptions = (level: number | undefined, pledgedSrcSize: number): ZstdOptions =>
  level === undefined ? { pledgedSrcSize } : { pledgedSrcSize, params: { [constants.ZSTD_c_compressionLevel]: level } }

/**
 * Larger pieces cost fewer turns of the loop: 8 MiB in 256 KiB pieces take 3 ms where 16 KiB pieces take 19. Who allows much
 * more than the input lets one expect gets larger ones, too.
 */
export const inflateOptions = (inputLength: number, maxOutput: number): { maxOutputLength: number; chunkSize: number } => ({
  // Zero is not a limit that zlib takes; one byte more than nothing is caught by the caller.
  maxOutputLength: Math.max(1, maxOutput),
  chunkSize: Math.min(largestChunk, Math.max(smallestChunk, inputLength * 4, Math.floor(maxOutput / 128))),
})

/** Our error for what zlib has thrown. */
export function inflateError(codec: string, error: unknown, maxOutput: number): CompressionError {
  if (!(error instanceof Error)) return corrupt(`${codec}: ${String(error)}`)
  if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxOutput)
  return new CompressionError('CORRUPT', `${codec}: ${error.message}`, { cause: error })
}
