import type { Buffer } from 'node:buffer'
import { batchProblems, findBatchProblem } from '@odradek/protocol/records'
import type { ErrorName } from '@odradek/protocol'

/**
 * What a broker says to bytes that are no sound batch; undefined when they are one.
 *
 * The network of the simulation never changes a byte, so whatever is found here was wrong when the client wrote it.
 */
export function problemOf(records: Buffer | null): { readonly error: ErrorName; readonly message: string } | undefined {
  if (records === null || records.length === 0) return { error: 'INVALID_RECORD', message: 'no records' }
  const problem = findBatchProblem(records, 0, records.length)
  if (problem === undefined) return undefined
  const [error, message] = batchProblems[problem]
  return { error, message }
}
