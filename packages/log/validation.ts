import type { Buffer } from 'node:buffer'
import { KafkaError } from '@odradek/protocol'
import type { RecordError } from '@odradek/protocol'
import {
  baseOffset,
  batchProblems,
  batchSize,
  baseTimestamp,
  codecId,
  crcIsValid,
  findFrameProblem,
  findProducedProblem,
  isCompressed,
  MalformedRecords,
  maxTimestamp,
  NO_TIMESTAMP,
  RecordCursor,
  scanRecords,
} from '@odradek/protocol/records'
import type { BatchProblem } from '@odradek/protocol/records'
import type { AppendOptions } from './log.ts'
import type { LogSettings } from './log-settings.ts'

const zstd = 4
/** The first version of Produce whose clients know zstd. */
const firstZstdVersion = 7
const maxListedErrors = 1000

/** What a batch is held against. */
export interface ValidationContext {
  readonly settings: LogSettings
  readonly nowMs: number
}

/**
 * The checks of a produced batch in Kafka's order, but for those of its producer. Returns the largest timestamp of its
 * records. Throws `KafkaError`, with `recordErrors` where single records are at fault.
 *
 * `inflated` are the records of a compressed batch when the topic's settings ask to look into it, see `preparation.ts`;
 * else what a client compressed stays shut.
 */
export function validateProduced(batch: Buffer, options: AppendOptions, context: ValidationContext, inflated?: Buffer): number {
  const { settings } = context
  validateFrame(batch)
  const isClient = options.origin === 'client'
  if (codecId(batch, 0) === zstd && (options.apiVersion ?? firstZstdVersion) < firstZstdVersion)
    throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', 'Produce requests before version 7 may not carry zstd.')
  if (isClient && baseOffset(batch, 0) !== 0) refuse('BASE_OFFSET')
  if (batch.length > settings.maxMessageBytes)
    throw new KafkaError('MESSAGE_TOO_LARGE', `The batch has ${batch.length} bytes, max.message.bytes allows ${settings.maxMessageBytes}.`)
  if (isClient) {
    // The coordinator's batches were built in this process; those of clients came over a network.
    if (!crcIsValid(batch, 0)) refuse('WRONG_CRC')
    const problem = findProducedProblem(batch, 0)
    // Times that the broker overwrites may be whatever the client likes.
    if (problem !== undefined && !(problem === 'UNSAFE_TIMESTAMP' && settings.stampsLogAppendTime)) refuse(problem)
  }
  const found = validateRecords(batch, settings, inflated)
  if (!settings.stampsLogAppendTime) validateTimestamps(batch, found, context, inflated)
  if (found.withoutKey.length > 0)
    throw new KafkaError('INVALID_RECORD', 'A compacted topic takes no record without a key.', {
      recordErrors: found.withoutKey.map((batchIndex) => ({ batchIndex, message: 'Compacted topic cannot accept message without key.' })),
    })
  if (batch.length > settings.segmentBytes)
    throw new KafkaError('RECORD_LIST_TOO_LARGE', `The batch has ${batch.length} bytes, segment.bytes allows ${settings.segmentBytes}.`)
  return found.maxTimestamp
}

/** What a follower checks of a batch that its leader has taken: that it came over whole. */
export function validateReplicated(batch: Buffer, endOffset: number): number {
  validateFrame(batch)
  if (!crcIsValid(batch, 0)) refuse('WRONG_CRC')
  if (baseOffset(batch, 0) < endOffset)
    throw new KafkaError('INVALID_RECORD', `A batch at ${baseOffset(batch, 0)} came behind the end of the log, ${endOffset}.`)
  return maxTimestamp(batch, 0)
}

/** Exactly one batch of magic 2. */
export function validateFrame(batch: Buffer): void {
  const problem = findFrameProblem(batch, 0, batch.length)
  if (problem !== undefined) refuse(problem)
  if (batchSize(batch, 0) !== batch.length) refuse('SEVERAL_BATCHES')
}

interface FoundRecords {
  readonly maxTimestamp: number
  readonly withoutKey: readonly number[]
}

const noIndexes: readonly number[] = []

function validateRecords(batch: Buffer, settings: LogSettings, inflated: Buffer | undefined): FoundRecords {
  if (isCompressed(batch, 0) && inflated === undefined) return { maxTimestamp: maxTimestamp(batch, 0), withoutKey: noIndexes }
  try {
    const { maxTimestamp: largest, withoutKey } = scanRecords(batch, 0, inflated)
    return { maxTimestamp: largest, withoutKey: settings.compacts ? withoutKey : noIndexes }
  } catch (error) {
    if (error instanceof MalformedRecords) throw new KafkaError('INVALID_RECORD', error.message, { cause: error })
    throw error
  }
}

function validateTimestamps(
  batch: Buffer,
  found: FoundRecords,
  { settings, nowMs }: ValidationContext,
  inflated: Buffer | undefined,
): void {
  const { timestampBeforeMaxMs, timestampAfterMaxMs } = settings
  if (timestampBeforeMaxMs === Number.POSITIVE_INFINITY && found.maxTimestamp - nowMs <= timestampAfterMaxMs) return
  const isInside = (timestamp: number): boolean =>
    timestamp === NO_TIMESTAMP || (timestamp - nowMs <= timestampAfterMaxMs && nowMs - timestamp <= timestampBeforeMaxMs)
  const isShut = isCompressed(batch, 0) && inflated === undefined
  if (isShut && isInside(found.maxTimestamp) && isInside(baseTimestamp(batch, 0))) return
  const recordErrors: RecordError[] = []
  const add = (batchIndex: number, timestamp: number): void => {
    recordErrors.push({ batchIndex, message: `Timestamp ${timestamp} is out of the range that the topic allows at ${nowMs}.` })
  }
  if (isShut) add(0, found.maxTimestamp)
  else
    for (const cursor = new RecordCursor().openBatch(batch, 0, inflated); cursor.next() && recordErrors.length < maxListedErrors;)
      if (!isInside(cursor.timestamp)) add(cursor.index, cursor.timestamp)
  if (recordErrors.length > 0) throw new KafkaError('INVALID_TIMESTAMP', undefined, { recordErrors })
}

function refuse(problem: BatchProblem): never {
  const [code, message] = batchProblems[problem]
  throw new KafkaError(code, message)
}
