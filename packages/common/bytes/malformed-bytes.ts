/** Bytes that do not hold what they should: too few of them, or a number that cannot be. Whoever sent them is to blame, not we. */
export class MalformedBytes extends Error {
  /** Where in the buffer the reader stood. */
  readonly position: number

  constructor(message: string, position: number) {
    super(`${message} at byte ${position}`)
    this.name = 'MalformedBytes'
    this.position = position
  }
}
