/** A failure that Kafka's tools, being written in Java, show with the name of its class: `java.lang.IllegalArgumentException: …`. */
export class JavaError extends Error {
  override readonly name = 'JavaError'
  readonly javaClass: string

  constructor(javaClass: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.javaClass = javaClass
  }
}

/** `java.lang.IllegalArgumentException`, what Kafka's tools throw most. */
export function illegalArgument(message: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', message)
}
