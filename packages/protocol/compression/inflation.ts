import type { Buffer } from 'node:buffer'
import { pause } from './pause.ts'

/** An inflation that can be stopped after every half megabyte of output, so that nobody else has to wait for all of it. */
export interface Inflation {
  /** Does the next part; false when all is done. Throws `CompressionError`. */
  step(): boolean
  /** Everything inflated, once `step` has said that it is done. */
  result(): Buffer
}

export function runAtOnce(inflation: Inflation): Buffer {
  while (inflation.step());
  return inflation.result()
}

export async function runInParts(inflation: Inflation): Promise<Buffer> {
  while (inflation.step()) await pause()
  return inflation.result()
}
