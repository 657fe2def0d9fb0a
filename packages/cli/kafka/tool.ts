import type { Terminal } from '../terminal.ts'

/** One of Kafka's command-line tools. */
export interface Tool {
  /** As it is called, without `.sh`: `kafka-topics`. */
  readonly name: string
  /** Gives the exit code. What it throws is a bug or a failure that Kafka's tool would show with a stack trace. */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}
