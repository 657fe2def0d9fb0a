import type { Buffer } from 'node:buffer'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { gzipOptions, inflateError, inflateOptions } from './zlib-options.ts'

const gzipAsync = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip)
const gunzipAsync = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip)

/** On a thread of Node's pool. */
export const deflateGzip = (bytes: Buffer, level?: number): Promise<Buffer> => gzipAsync(bytes, gzipOptions(level))

export const deflateGzipSync = (bytes: Buffer, level?: number): Buffer => zlib.gzipSync(bytes, gzipOptions(level))

/** On a thread of Node's pool. Several members, one behind the other, are read as one. */
export async function inflateGzip(bytes: Buffer, maxOutput: number): Promise<Buffer> {
  try {
    return await gunzipAsync(bytes, inflateOptions(bytes.length, maxOutput))
  } catch (error) {
    throw inflateError('gzip', error, maxOutput)
  }
}

export function inflateGzipSync(bytes: Buffer, maxOutput: number): Buffer {
  try {
    return zlib.gunzipSync(bytes, inflateOptions(bytes.length, maxOutput))
  } catch (error) {
    throw inflateError('gzip', error, maxOutput)
  }
}
