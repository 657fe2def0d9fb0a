import { isRetriable } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import type { ProducerBatch } from './producer-batch.ts'
import type { Sequences } from './sequences.ts'

/**
 * What becomes of a batch after an answer.
 *
 * - `written`: the leader has it. `isDuplicate`: it had it before, at an offset that it does not remember.
 * - `retry`; with `bump`: under the next epoch, renumbered from 0; with `renumber`: from 0 under the same one.
 * - `split`: in smaller pieces.
 * - `fail`; with `bump`: what comes after it starts anew, since its sequences will be missing. `isUnresolved`: nobody knows whether it was written.
 */
export type Verdict =
  | { readonly kind: 'written'; readonly isDuplicate: boolean }
  | { readonly kind: 'retry'; readonly also?: 'bump' | 'renumber' }
  | { readonly kind: 'split' }
  | { readonly kind: 'fail'; readonly also?: 'bump' | 'unresolved' }

export interface Rules {
  /** `sequences` count. */
  readonly isIdempotent: boolean
  readonly isTransactional: boolean
  /** `retries` */
  readonly maxRetries: number
}

/** `logStartOffset` −1: the answer does not say. */
export function judge(
  error: ErrorName,
  logStartOffset: number,
  batch: ProducerBatch,
  sequences: Sequences,
  { isIdempotent, isTransactional, maxRetries }: Rules,
): Verdict {
  if (error === 'NONE') return { kind: 'written', isDuplicate: false }
  if (error === 'MESSAGE_TOO_LARGE' && batch.count > 1) return { kind: 'split' }
  if (error === 'DUPLICATE_SEQUENCE_NUMBER') return { kind: 'written', isDuplicate: true }
  const mayRetry = batch.attempts < maxRetries
  if (mayRetry && isIdempotent) {
    const verdict = judgeSequence(error, logStartOffset, batch, sequences, isTransactional)
    if (verdict !== undefined) return verdict
  }
  if (mayRetry && isRetriable(error)) return { kind: 'retry' }
  if (!isIdempotent || isTransactional) return { kind: 'fail' }
  return { kind: 'fail', also: mayRetry ? 'bump' : 'unresolved' }
}

function judgeSequence(
  error: ErrorName,
  logStartOffset: number,
  batch: ProducerBatch,
  sequences: Sequences,
  isTransactional: boolean,
): Verdict | undefined {
  // Its sequences are going to change anyway.
  if (sequences.mustRenumber && (error === 'OUT_OF_ORDER_SEQUENCE_NUMBER' || error === 'UNKNOWN_PRODUCER_ID')) return { kind: 'retry' }
  if (error === 'OUT_OF_ORDER_SEQUENCE_NUMBER') {
    const mayStillFit = sequences.isUnresolved ? !sequences.isNextAfterUnresolved(batch.sequence) : !sequences.isNext(batch.sequence)
    if (mayStillFit) return isTransactional && sequences.isUnresolved ? undefined : { kind: 'retry' }
    return isTransactional ? undefined : { kind: 'retry', also: 'bump' }
  }
  if (error === 'UNKNOWN_PRODUCER_ID') {
    if (logStartOffset < 0) return { kind: 'retry' }
    if (!isTransactional) return { kind: 'retry', also: 'bump' }
    // All that this producer ever wrote to the partition was removed by retention, and the leader forgot it: nothing is missing.
    if (sequences.lastAckedOffset < logStartOffset) return { kind: 'retry', also: 'renumber' }
    return sequences.isNext(batch.sequence) ? undefined : { kind: 'retry' }
  }
  return undefined
}
