/** Where a core gets its dice from, so that a simulator can load them. */
export interface Random {
  /** A whole number from 0 up to and without `bound`, which is at most 2^53. */
  nextInt(bound: number): number
  /** A number from 0 up to and without 1. */
  nextFloat(): number
  /** `count` random bytes in a fresh array. */
  bytes(count: number): Uint8Array
  /**
   * Another source, that depends on this one's seed and on `name` only. Draws from one do not move the other,
   * so dropping the use of one leaves all others as they were.
   */
  fork(name: string): Random
}
