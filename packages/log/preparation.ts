import { Buffer } from 'node:buffer'
import { KafkaError } from '@odradek/protocol'
import { codecIdOf, CompressionError } from '@odradek/protocol/compression'
import { BATCH_HEADER_SIZE, codecId, isCompressed, isControlBatch, reencodeBatch } from '@odradek/protocol/records'
import type { BatchOpener } from './batch-opener.ts'
import type { AppendOptions } from './log.ts'
import type { LogSettings } from './log-settings.ts'
import { validateFrame, validateProduced } from './validation.ts'
import type { ValidationContext } from './validation.ts'

/**
 * Whether a batch has to be looked into, or put into another codec, before it may be appended: a compressed batch for a
 * compacted topic, whose records all need keys, and any batch whose codec is not the topic's `compression.type`.
 */
export function needsPreparation(batch: Buffer, settings: LogSettings): boolean {
  if (!settings.compacts && settings.compressionType === 'producer') return false
  validateFrame(batch)
  if (isControlBatch(batch, 0)) return false
  return (settings.compacts && isCompressed(batch, 0)) || isOfOtherCodec(batch, settings)
}

/**
 * Does that, on another thread where the codec can, and gives a batch of its own that may be appended as `prepared`.
 * The given one is copied first, so it need not outlive the call: it may have to wait until others are done. Throws `KafkaError`.
 */
export async function prepareBatch(
  given: Buffer,
  options: AppendOptions,
  context: ValidationContext,
  opener: BatchOpener,
): Promise<Buffer> {
  const { settings } = context
  const batch = Buffer.from(given)
  // Everything that can be known without opening it, so that nobody makes us inflate what would be refused anyway.
  validateProduced(batch, options, context)
  const reencode = (records: Buffer): Promise<Buffer> | Buffer => {
    if (settings.compressionType === 'producer' || !isOfOtherCodec(batch, settings)) return batch
    if (settings.compressionType === 'none') requireSize(BATCH_HEADER_SIZE + records.length, settings)
    return reencodeBatch(batch, 0, records, settings.compressionType, settings.compressionLevel)
  }
  if (!isCompressed(batch, 0)) return opener.hold(batch.length, async () => reencode(batch.subarray(BATCH_HEADER_SIZE)))
  return orKafkaError(opener, async () => {
    const prepared = await opener.open(batch, 0, (records) => {
      validateProduced(batch, options, context, records)
      return reencode(records)
    })
    requireSize(prepared.length, settings)
    return prepared
  })
}

/** In another codec a batch may be too large; then it need not wait for its turn to be refused. */
function requireSize(bytes: number, { maxMessageBytes }: LogSettings): void {
  if (bytes > maxMessageBytes)
    throw new KafkaError(
      'MESSAGE_TOO_LARGE',
      `In the codec of the topic the batch has ${bytes} bytes, max.message.bytes allows ${maxMessageBytes}.`,
    )
}

function isOfOtherCodec(batch: Buffer, settings: LogSettings): boolean {
  return settings.compressionType !== 'producer' && codecId(batch, 0) !== codecIdOf(settings.compressionType)
}

async function orKafkaError<Result>({ maxInflatedBytes }: BatchOpener, open: () => Promise<Result>): Promise<Result> {
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error
    if (error.fault === 'TOO_LARGE')
      throw new KafkaError('MESSAGE_TOO_LARGE', `Inflated, the batch is larger than batch.inflate.max.bytes (${maxInflatedBytes}).`, {
        cause: error,
      })
    throw new KafkaError('INVALID_RECORD', 'The records of the batch cannot be inflated.', { cause: error })
  }
}
