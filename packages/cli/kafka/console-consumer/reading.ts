import type { Consumer, ConsumerBatch } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { inJava } from '../in-java.ts'
import { JavaError } from '../java-error.ts'
import { log4jLine } from '../log4j.ts'
import type { Formatter } from './formatter.ts'
import { OutputBuffer } from './output-buffer.ts'
import { Silence } from './silence.ts'

export const logName = 'org.apache.kafka.tools.consumer.ConsoleConsumer'

export interface ReadingOptions {
  readonly consumer: Consumer
  readonly terminal: Terminal
  readonly formatter: Formatter
  /** −1: as many as come. */
  readonly maxMessages: number
  /** Infinity: it waits as long as it takes. */
  readonly timeoutMs: number
  readonly skipsErrors: boolean
}

/** Writes record by record, until enough have come, none comes any more, or nobody wants them. */
export class Reading {
  count = 0
  readonly #options: ReadingOptions
  readonly #output: OutputBuffer
  readonly #over: AbortSignal
  #hurry: (() => void) | undefined

  constructor(options: ReadingOptions) {
    const { terminal } = options
    this.#options = options
    this.#output = new OutputBuffer(terminal)
    this.#over = AbortSignal.any([terminal.interrupted, terminal.outputClosed])
    this.#over.addEventListener('abort', () => this.#hurry?.())
  }

  /** Throws what can not be written, unless such records are skipped; what can not be read is said, and ends it. */
  async run(): Promise<void> {
    const { consumer, maxMessages, timeoutMs, terminal } = this.#options
    if (maxMessages !== -1 && maxMessages <= 0) return
    const silence = new Silence(timeoutMs)
    const batches = consumer.batches({ signal: AbortSignal.any([this.#over, silence.signal]) })[Symbol.asyncIterator]()
    try {
      for (;;) {
        silence.begin()
        const batch = await this.#next(batches)
        silence.end()
        if (batch === undefined || !(await this.#write(batch))) break
      }
    } finally {
      silence.end()
      // What was not written comes again, and what was is committed.
      await batches.return?.()
    }
    if (silence.signal.aborted) await this.#terminated(new JavaError('org.apache.kafka.common.errors.TimeoutException', ''))
    if (terminal.outputClosed.aborted) terminal.err('Unable to write to standard out, closing consumer.\n')
  }

  async #next(batches: AsyncIterator<ConsumerBatch>): Promise<ConsumerBatch | undefined> {
    try {
      const { value, done } = await batches.next()
      return done === true ? undefined : value
    } catch (error) {
      if (!this.#over.aborted) await this.#terminated(error)
      return undefined
    }
  }

  /** False: no more is to be read. The group stands behind the last record that was written, then. */
  async #write(batch: ConsumerBatch): Promise<boolean> {
    const { formatter, maxMessages, skipsErrors } = this.#options
    const output = this.#output
    for (const record of batch.cursor()) {
      this.count++
      try {
        formatter.write(record, output)
      } catch (error) {
        if (!skipsErrors || !(error instanceof JavaError)) {
          this.#goOnBehind(batch, record.offset)
          await this.#flush()
          throw error
        }
        await this.#say('Error processing message, skipping this message: ', error)
      }
      if (this.count === maxMessages) {
        this.#goOnBehind(batch, record.offset)
        await this.#flush()
        return false
      }
      if (output.isFull) {
        await this.#flush()
        if (this.#over.aborted) {
          if (!this.#options.terminal.outputClosed.aborted) this.#goOnBehind(batch, record.offset)
          return false
        }
      }
    }
    await this.#flush()
    return !this.#options.terminal.outputClosed.aborted
  }

  /** Nobody waits for a reader that is slow when the tool is to end. */
  async #flush(): Promise<void> {
    const slow = this.#output.flush()
    if (slow === undefined || this.#over.aborted) return
    await new Promise<void>((resolve) => {
      this.#hurry = resolve
      void slow.then(resolve)
    })
  }

  #goOnBehind({ topic, partition, signal }: ConsumerBatch, offset: number): void {
    // Whose partition it is now begins where the group stood.
    if (!signal.aborted) this.#options.consumer.seek({ topic, partition, offset: offset + 1 })
  }

  #terminated(error: unknown): Promise<void> {
    return this.#say('Error processing message, terminating consumer process: ', error)
  }

  async #say(what: string, error: unknown): Promise<void> {
    const { trace } = await inJava(error)
    this.#options.terminal.err(log4jLine('ERROR', what, logName) + trace)
  }
}
