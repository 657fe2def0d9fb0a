/** Ends a tool from wherever it is, as Java's `System.exit`: all has been said. Whoever catches errors lets this one pass. */
export class Exit extends Error {
  override readonly name = 'Exit'
  readonly code: number

  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}
