import type { Consumer } from '@odradek/client'
import { exitCodeOf } from '../../interruption.ts'
import type { Terminal } from '../../terminal.ts'
import { checkBootstrap } from '../bootstrap.ts'
import { clientsOf } from '../clients.ts'
import { Exit } from '../exit.ts'
import { inJava } from '../in-java.ts'
import { log4jLine } from '../log4j.ts'
import type { Tool } from '../tool.ts'
import { consoleConsumerOptions } from './options.ts'
import type { ConsoleConsumerOptions } from './options.ts'
import { logName, Reading } from './reading.ts'

/** Reads topics and writes what is in them to the standard output. */
export const tool: Tool = {
  name: 'kafka-console-consumer',
  async run(args, terminal) {
    const options = await consoleConsumerOptions(args, terminal, () => Math.floor(Math.random() * 100_000))
    try {
      return await consume(options, terminal)
    } catch (error) {
      if (error instanceof Exit) throw error
      const { trace } = await inJava(error)
      terminal.err(log4jLine('ERROR', `Unknown error when running consumer: `, logName) + trace)
      return 1
    } finally {
      if (options.tellsEvents) void terminal.out('shutdown_complete\n')
    }
  },
}

async function consume(options: ConsoleConsumerOptions, terminal: Terminal): Promise<number> {
  const { bootstrapServer, settings, formatter, timeoutMs, skipsErrors } = options
  // Looked at first: a Ctrl-C from now on ends the reading, and not the process.
  const { interrupted } = terminal
  await checkBootstrap({ terminal, bootstrapServer }, 'Failed to construct kafka consumer')
  await using kafka = clientsOf({ terminal, bootstrapServer, properties: settings })
  const consumer = kafka.consumer()
  begin(consumer, options)
  let reading: Reading | undefined
  try {
    reading = new Reading({ consumer, terminal, formatter, maxMessages: options.maxMessages, timeoutMs, skipsErrors })
    await reading.run()
  } finally {
    await consumer.close()
    terminal.err(`Processed a total of ${reading?.count ?? 0} messages\n`)
  }
  return exitCodeOf(interrupted)
}

function begin(consumer: Consumer, { topic, include, partition, offset }: ConsoleConsumerOptions): void {
  if (topic === undefined) return consumer.subscribe(include)
  if (partition === undefined) return consumer.subscribe([topic])
  const place = { topic, partition }
  consumer.assign([place])
  if (offset === 'earliest') consumer.seekToBeginning([place])
  else if (offset === 'latest') consumer.seekToEnd([place])
  else consumer.seek({ ...place, offset })
}
