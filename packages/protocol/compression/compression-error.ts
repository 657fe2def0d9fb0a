/**
 * Why bytes could not be inflated: they are damaged, they would become larger than allowed, or they use something that
 * does not exist. The caller knows whose bytes they are and which answer that deserves.
 */
export type CompressionFault = 'CORRUPT' | 'TOO_LARGE' | 'UNSUPPORTED'

export class CompressionError extends Error {
  readonly fault: CompressionFault
  constructor(fault: CompressionFault, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'CompressionError'
    this.fault = fault
  }
}

export const corrupt = (message: string, cause?: unknown): CompressionError => new CompressionError('CORRUPT', message, { cause })

export const tooLarge = (maxBytes: number): CompressionError =>
  new CompressionError('TOO_LARGE', `inflated, the records would take more than ${maxBytes} bytes`)
