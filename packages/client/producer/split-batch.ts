import type { Buffer } from 'node:buffer'
import { BATCH_HEADER_SIZE, RecordCursor, sequenceAfter } from '@odradek/protocol/records'
import { inflateSync } from '@odradek/protocol/compression'
import { ProducerBatch } from './producer-batch.ts'

/** The most that a length of a record may grow when its offset and timestamp are counted anew. */
const slack = 16

/**
 * Smaller batches with the same records in the same order, each of `targetBytes` at most unless one record alone takes more.
 *
 * They share the receipts of the whole one, and with idempotence its sequences, piece by piece: the leader has seen none of them.
 */
export function splitBatch(
  batch: ProducerBatch,
  targetBytes: number,
  options: { readonly maxInflatedBytes: number; readonly isTransactional: boolean; readonly take: (bytes: number) => Buffer },
): ProducerBatch[] {
  const records = batch.compressed === undefined ? batch.records() : inflateSync(batch.codec, batch.compressed, options.maxInflatedBytes)
  const cursor = new RecordCursor().open(records, 0, records.length, batch.count)
  const pieces: ProducerBatch[] = []
  let piece: ProducerBatch | undefined
  for (let index = 0; cursor.next(); index++) {
    const { payloadStart, end } = cursor
    const timestamp = batch.baseTimestamp + cursor.timestampDelta
    const size = end - payloadStart + slack
    const record = { buffer: records, start: payloadStart, end, timestamp }
    if (piece === undefined || piece.size + size > targetBytes || !piece.append(record)) {
      const buffer = options.take(Math.max(Math.min(targetBytes, records.length + BATCH_HEADER_SIZE + slack), BATCH_HEADER_SIZE + size))
      piece = new ProducerBatch(batch.receipts, batch.firstReceipt + index, buffer, batch.codec, batch.createdAtMs)
      piece.isOpen = false
      piece.isPiece = true
      piece.attempts = batch.attempts
      piece.append(record)
      pieces.push(piece)
    }
  }
  if (batch.sequence < 0) return pieces
  let sequence = batch.sequence
  for (const each of pieces) {
    each.identify({ producerId: batch.producerId, producerEpoch: batch.producerEpoch, isTransactional: options.isTransactional }, sequence)
    sequence = sequenceAfter(sequence, each.count)
  }
  return pieces
}
