import type { ClientErrorCode } from './client-error-codes.ts'

export interface ClientErrorOptions {
  readonly cause?: unknown
  /** The transaction can only be aborted now. */
  readonly abortable?: boolean
  /** Whoever got this can only be closed. */
  readonly fatal?: boolean
  /** The same call may succeed later, without anything being changed. */
  readonly retriable?: boolean
  /** What to do about it, in a sentence. It also ends the message. */
  readonly hint?: string
}

/**
 * A failure on this side of the wire that the user can mend: a full buffer, an unreadable record, a call after `close()`.
 *
 * It has the same `code`, `retriable`, `abortable`, `fatal`, `hint` and `docsUrl` as a `KafkaError`, so that one handler does for both.
 */
export class ClientError extends Error {
  /** So that logs show it when the code has been minified. */
  static override readonly name: string = 'ClientError'
  override readonly name: string = 'ClientError'
  readonly code: ClientErrorCode
  /** Whether the same call may succeed later. */
  readonly retriable: boolean
  readonly abortable: boolean
  readonly fatal: boolean
  /** What to do about it, in a sentence; empty when the message says all. */
  readonly hint: string

  constructor(code: ClientErrorCode, message: string, options: ClientErrorOptions = {}) {
    const { cause, hint = '' } = options
    super(withHint(message, hint), cause === undefined ? undefined : { cause })
    this.code = code
    this.retriable = options.retriable ?? false
    this.abortable = options.abortable ?? false
    this.fatal = options.fatal ?? false
    this.hint = hint
  }

  /** Where this code is explained, below the root of the project. */
  get docsUrl(): string {
    return `docs/reference/errors.md#${this.code.toLowerCase()}`
  }
}

function withHint(message: string, hint: string): string {
  if (hint === '') return message
  return /[.!?]$/.test(message) ? `${message} ${hint}` : `${message}. ${hint}`
}
