/**
 * A mistake that the user can mend. The message is a sentence that says what to do, and it is shown as it stands:
 * no stack trace, no class name.
 */
export class UserError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'UserError'
  }
}
