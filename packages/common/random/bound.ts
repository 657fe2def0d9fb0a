import assert from 'node:assert/strict'

/** A bound of `nextInt` that makes no sense is a bug of the caller. */
export function assertBound(bound: number): void {
  assert(Number.isSafeInteger(bound - 1) && bound >= 1 && bound <= 2 ** 53, `nextInt needs a bound from 1 to 2^53, not ${bound}`)
}
