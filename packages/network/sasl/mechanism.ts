import type { Buffer } from 'node:buffer'

/** A way to authenticate, with the credentials for it. */
export interface SaslMechanism {
  /** As brokers call it: `SCRAM-SHA-256`. */
  readonly name: string
  /** Begins an exchange of tokens; one for each connection, and for each time that it authenticates anew. Rejects when there are no credentials to be had. */
  begin(): SaslExchange | Promise<SaslExchange>
}

/** The client's side of one exchange of tokens. */
export interface SaslExchange {
  /** What is sent first. */
  first(): Buffer
  /** What is sent after an answer; undefined when the exchange is over. Throws when the answer is not that of a broker that knows our secret. */
  next(answer: Buffer): Buffer | undefined
  /** Why the broker refuses, where it said so before its error came. */
  readonly complaint?: string
}
