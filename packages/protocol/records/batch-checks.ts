import type { Buffer } from 'node:buffer'
import type { ErrorName } from '../errors.ts'
import * as batch from './batch.ts'

/** What can be wrong with a batch before its records are looked at, with Kafka's answer to it. */
export const batchProblems = {
  EMPTY: ['INVALID_RECORD', 'There is no record batch.'],
  CUT_OFF: ['INVALID_RECORD', 'The record batch is longer than the bytes that came with it.'],
  OLD_MAGIC: ['INVALID_RECORD', 'Only record batches with magic 2 are accepted.'],
  TOO_SMALL: ['CORRUPT_MESSAGE', 'The record batch says that it is smaller than its header.'],
  UNKNOWN_MAGIC: ['CORRUPT_MESSAGE', 'The record batch has a magic that does not exist.'],
  WRONG_CRC: ['CORRUPT_MESSAGE', 'The CRC of the record batch does not fit its bytes.'],
  SEVERAL_BATCHES: ['INVALID_RECORD', 'There may be exactly one record batch for each partition.'],
  BASE_OFFSET: ['INVALID_RECORD', 'A client must send offset 0 as the base offset of a batch.'],
  COUNT: ['INVALID_RECORD', 'The record count does not fit the last offset delta.'],
  CONTROL: ['INVALID_RECORD', 'Clients are not allowed to write control records.'],
  SEQUENCE: ['INVALID_RECORD', 'A batch with a producer id needs a base sequence of 0 or more.'],
  UNSAFE_PRODUCER_ID: ['INVALID_RECORD', 'The producer id lies beyond 2^53.'],
  UNSAFE_TIMESTAMP: ['INVALID_TIMESTAMP', 'A timestamp lies beyond 2^53 milliseconds.'],
  LOG_APPEND_TIME: ['INVALID_TIMESTAMP', 'Clients are not allowed to mark a batch with log append time.'],
  CODEC: ['UNSUPPORTED_COMPRESSION_TYPE', 'The compression type does not exist.'],
} as const satisfies Record<string, readonly [code: ErrorName, message: string]>

export type BatchProblem = keyof typeof batchProblems

/**
 * Whether a whole batch of magic 2 lies at `position`, before `end`. To be asked wherever bytes come in (a frame, a file);
 * afterwards the accessors of `batch.ts` can be trusted not to leave the batch.
 */
export function findFrameProblem(buffer: Buffer, position: number, end: number): BatchProblem | undefined {
  const available = end - position
  if (available <= 0) return 'EMPTY'
  if (available < batch.BATCH_LENGTH_END) return 'CUT_OFF'
  const size = batch.batchSize(buffer, position)
  if (available > batch.batchField.magic) {
    const magic = batch.magicOf(buffer, position)
    if (magic === 0 || magic === 1) return 'OLD_MAGIC'
    if (magic !== batch.MAGIC) return 'UNKNOWN_MAGIC'
  }
  if (size < batch.BATCH_HEADER_SIZE) return 'TOO_SMALL'
  if (size > available) return 'CUT_OFF'
  return undefined
}

/**
 * The checks of a batch that a client has sent, once its frame and its CRC are known to be good. Cheap: the header only.
 * UNSAFE_TIMESTAMP comes last, since it does not matter where the broker stamps its own time.
 */
export function findProducedProblem(buffer: Buffer, position: number): BatchProblem | undefined {
  if (batch.baseOffset(buffer, position) !== 0) return 'BASE_OFFSET'
  const count = batch.recordCount(buffer, position)
  if (count <= 0 || count !== batch.lastOffsetDelta(buffer, position) + 1) return 'COUNT'
  const attributes = batch.attributesOf(buffer, position)
  if ((attributes & batch.batchAttribute.control) !== 0) return 'CONTROL'
  const producerId = batch.producerId(buffer, position)
  if (producerId > batch.NO_PRODUCER_ID && batch.baseSequence(buffer, position) < 0) return 'SEQUENCE'
  if ((attributes & batch.batchAttribute.codec) > 4) return 'CODEC'
  if ((attributes & batch.batchAttribute.logAppendTime) !== 0) return 'LOG_APPEND_TIME'
  if (!Number.isSafeInteger(producerId)) return 'UNSAFE_PRODUCER_ID'
  const isSafe = Number.isSafeInteger(batch.baseTimestamp(buffer, position)) && Number.isSafeInteger(batch.maxTimestamp(buffer, position))
  if (!isSafe) return 'UNSAFE_TIMESTAMP'
  return undefined
}

/** All of it for what a client sent: exactly one batch in `[start, end)`, frame, CRC and header. */
export function findBatchProblem(buffer: Buffer, start: number, end: number): BatchProblem | undefined {
  const frame = findFrameProblem(buffer, start, end)
  if (frame !== undefined) return frame
  if (start + batch.batchSize(buffer, start) !== end) return 'SEVERAL_BATCHES'
  if (!batch.crcIsValid(buffer, start)) return 'WRONG_CRC'
  return findProducedProblem(buffer, start)
}
