import type { Consumer, ConsumerBatch } from '@odradek/client'
import { exitCodeOf } from '../../interruption.ts'
import type { Terminal } from '../../terminal.ts'
import { checkBootstrap } from '../bootstrap.ts'
import { clientsOf } from '../clients.ts'
import { Exit } from '../exit.ts'
import { inJava } from '../in-java.ts'
import { JavaError } from '../java-error.ts'
import { log4jLine } from '../log4j.ts'
import type { Tool } from '../tool.ts'
import { consoleConsumerOptions } from './options.ts'
import type { ConsoleConsumerOptions } from './options.ts'
import { OutputBuffer } from './output-buffer.ts'

const logName = 'org.apache.kafka.tools.consumer.ConsoleConsumer'

/** Reads topics and writes what is in them to the standard output. */
export const tool: Tool = {
  name: 'kafka-console-consumer',
  async run(args, terminal) {
    const options = consoleConsumerOptions(args, terminal, () => Math.floor(Math.random() * 100_000))
    try {
      return await consume(options, terminal)
    } catch (error) {
      if (error instanceof Exit) throw error
      const { trace } = await inJava(error)
      terminal.err(log4jLine('ERROR', `Unknown error when running consumer: `, logName) + trace)
      return 1
    }
  },
}

async function consume(options: ConsoleConsumerOptions, terminal: Terminal): Promise<number> {
  const { bootstrapServer, settings } = options
  // Looked at first: a Ctrl-C from now on ends the reading, and not the process.
  const { interrupted } = terminal
  await checkBootstrap({ terminal, bootstrapServer }, 'Failed to construct kafka consumer')
  await using kafka = clientsOf({ terminal, bootstrapServer })
  const consumer = kafka.consumer(settings)
  const reading = new Reading(consumer, options, terminal)
  try {
    begin(consumer, options)
    await reading.run(AbortSignal.any([interrupted, terminal.outputClosed]))
  } finally {
    await reading.end()
    terminal.err(`Processed a total of ${reading.count} messages\n`)
    if (options.tellsEvents) void terminal.out('shutdown_complete\n')
  }
  return exitCodeOf(interrupted)
}

function begin(consumer: Consumer, { topic, include, partition, offset }: ConsoleConsumerOptions): void {
  if (topic === undefined) return consumer.subscribe(include ?? /^$/)
  if (partition === undefined) return consumer.subscribe([topic])
  const place = { topic, partition }
  consumer.assign([place])
  if (offset === 'earliest') consumer.seekToBeginning([place])
  else if (offset === 'latest') consumer.seekToEnd([place])
  else consumer.seek({ ...place, offset })
}

/** One reading, record by record, until enough have come, none comes any more, or nobody wants them. */
class Reading {
  count = 0
  readonly #consumer: Consumer
  readonly #options: ConsoleConsumerOptions
  readonly #terminal: Terminal
  readonly #output: OutputBuffer
  #maxMessages = -1
  /** Behind what was written. */
  readonly #written = new Map<string, { readonly topic: string; readonly partition: number; readonly offset: number }>()
  /** Of what was polled and not written. */
  readonly #unread = new Map<string, { readonly topic: string; readonly partition: number; readonly offset: number }>()

  constructor(consumer: Consumer, options: ConsoleConsumerOptions, terminal: Terminal) {
    this.#consumer = consumer
    this.#options = options
    this.#terminal = terminal
    this.#output = new OutputBuffer(terminal)
  }

  async run(signal: AbortSignal): Promise<void> {
    const { timeoutMs, maxMessages } = this.#options
    this.#maxMessages = maxMessages
    let sinceMs = performance.now()
    while (!this.#isEnough() && !signal.aborted) {
      const batches = await this.#poll(Math.min(timeoutMs, 1000), signal)
      if (batches === undefined) break
      for (const batch of batches)
        this.#unread.set(`${batch.topic} ${batch.partition}`, { topic: batch.topic, partition: batch.partition, offset: batch.firstOffset })
      for (const batch of batches) {
        if (this.#isEnough() || signal.aborted) break
        await this.#write(batch)
      }
      await this.#output.flush()
      if (batches.length > 0) sinceMs = performance.now()
      else if (performance.now() - sinceMs > timeoutMs) {
        this.#terminal.err(
          `${log4jLine('ERROR', 'Error processing message, terminating consumer process: ', logName)}org.apache.kafka.common.errors.TimeoutException\n`,
        )
        break
      }
    }
    if (this.#terminal.outputClosed.aborted) this.#terminal.err('Unable to write to standard out, closing consumer.\n')
  }

  /** What was not written is not read either: so the group is where the output is. */
  async end(): Promise<void> {
    await this.#output.flush()
    const mine = new Set(this.#consumer.assignment().map(({ topic, partition }) => `${topic} ${partition}`))
    const stillMine = <Place>(places: ReadonlyMap<string, Place>): readonly Place[] =>
      [...places].filter(([key]) => mine.has(key)).map(([, place]) => place)
    for (const place of stillMine(this.#unread)) this.#consumer.seek(place)
    const written = stillMine(this.#written)
    if (this.#options.settings['enable.auto.commit'] !== 'false' && written.length > 0) await this.#consumer.commit(written)
    await this.#consumer.close()
  }

  /** Undefined when it is over. */
  async #poll(timeoutMs: number, signal: AbortSignal): Promise<readonly ConsumerBatch[] | undefined> {
    try {
      return await this.#consumer.poll(timeoutMs, { signal })
    } catch (error) {
      if (signal.aborted) return undefined
      const { trace } = await inJava(error)
      this.#terminal.err(log4jLine('ERROR', 'Error processing message, terminating consumer process: ', logName) + trace)
      return undefined
    }
  }

  #isEnough(): boolean {
    return this.#maxMessages !== -1 && this.count >= this.#maxMessages
  }

  async #write(batch: ConsumerBatch): Promise<void> {
    const { formatter, skipsErrors } = this.#options
    const key = `${batch.topic} ${batch.partition}`
    for (const record of batch) {
      if (this.#isEnough() || this.#terminal.outputClosed.aborted) return
      this.count++
      const next = { topic: batch.topic, partition: batch.partition, offset: record.offset + 1 }
      this.#unread.set(key, next)
      this.#written.set(key, next)
      this.#output.mark()
      try {
        formatter.write(record, this.#output)
      } catch (error) {
        this.#output.takeBack()
        if (!skipsErrors || !(error instanceof JavaError)) throw error
        const { trace } = await inJava(error)
        this.#terminal.err(log4jLine('ERROR', 'Error processing message, skipping this message: ', logName) + trace)
      }
      if (this.#output.isFull) await this.#output.flush()
    }
    this.#unread.delete(key)
  }
}
