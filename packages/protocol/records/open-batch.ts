import type { Buffer } from 'node:buffer'
import { codecOf } from '../compression/codec.ts'
import { inflate, inflateSync } from '../compression/inflate.ts'
import { BATCH_HEADER_SIZE, batchSize, codecId } from './batch.ts'
import { RecordCursor } from './record-cursor.ts'

/**
 * A cursor before the first record of the batch at `position`, inflating it first if need be; `maxInflatedBytes` caps what
 * that may take. Throws `CompressionError` for records that cannot be inflated, and then `MalformedRecords` while it moves.
 */
export async function openBatch(buffer: Buffer, position: number, maxInflatedBytes: number): Promise<RecordCursor> {
  const inflated = codecId(buffer, position) === 0 ? undefined : await inflateRecords(buffer, position, maxInflatedBytes)
  return new RecordCursor().openBatch(buffer, position, inflated)
}

/** The same on this thread, for bytes that were checked when they were written, and for tools. */
export function openBatchSync(buffer: Buffer, position: number, maxInflatedBytes: number): RecordCursor {
  const id = codecId(buffer, position)
  const inflated = id === 0 ? undefined : inflateSync(codecOf(id), compressedRecords(buffer, position), maxInflatedBytes)
  return new RecordCursor().openBatch(buffer, position, inflated)
}

/** The records of a compressed batch, inflated. The bytes of the batch must stay as they are until then. */
export function inflateRecords(buffer: Buffer, position: number, maxInflatedBytes: number): Promise<Buffer> {
  return inflate(codecOf(codecId(buffer, position)), compressedRecords(buffer, position), maxInflatedBytes)
}

const compressedRecords = (buffer: Buffer, position: number): Buffer =>
  buffer.subarray(position + BATCH_HEADER_SIZE, position + batchSize(buffer, position))
