import { exitCodeOf } from '../../interruption.ts'
import type { Terminal } from '../../terminal.ts'
import { addressProblem } from '../bootstrap-address.ts'
import { checkBootstrap } from '../bootstrap.ts'
import { clientsOf } from '../clients.ts'
import { Exit } from '../exit.ts'
import { JavaError } from '../java-error.ts'
import { javaTrace } from '../java-trace.ts'
import { OptionException } from '../options/option-exception.ts'
import { Usage } from '../options/usage.ts'
import { hintAtUnknown } from '../property-hints.ts'
import type { Tool } from '../tool.ts'
import { lineFormat, lineFormatProperties } from './line-format.ts'
import { LineReader } from './line-reader.ts'
import { lineReaderClass, parser } from './options.ts'
import type { ProducerToolOptions } from './options.ts'
import { sendLines } from './send-lines.ts'
import { producerSettings, readerProperties } from './settings.ts'
import type { GivenNames } from './settings.ts'

export const tool: Tool = {
  name: 'kafka-console-producer',
  async run(args, terminal) {
    try {
      const usage = new Usage(terminal, parser)
      const options = usage.parse(() => parser.parse(args))
      const names = check(usage, options, args, terminal)
      const reader = new LineReader(lineFormat(readerOf(options, names, terminal)))
      return await produce(options, names, reader, terminal)
    } catch (error) {
      if (error instanceof Exit) throw error
      terminal.err(error instanceof OptionException ? `${error.message}\n` : javaTrace(error))
      return 1
    }
  },
}

function check(usage: Usage, options: ProducerToolOptions, args: readonly string[], terminal: Terminal): GivenNames {
  usage.helpOrVersion(options, args, 'This tool reads lines from the standard input and sends them to a topic.')
  usage.required(options, 'topic')
  usage.notTogether(options, 'command-config', 'producer.config')
  usage.notTogether(options, 'command-property', 'producer-property')
  usage.notTogether(options, 'reader-property', 'property')
  const commandProperty = usage.renamed(options, 'producer', 'producer-property', 'command-property')
  const commandConfig = usage.renamed(options, 'producer', 'producer.config', 'command-config')
  const readerProperty = usage.renamed(options, 'producer', 'property', 'reader-property')
  if (options.has('max-partition-memory-bytes')) {
    terminal.err('Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use --batch-size instead.\n')
  }
  const problem = addressProblem(options.value('bootstrap-server'))
  if (problem !== undefined) usage.fail(problem)
  return { commandProperty, commandConfig, readerProperty }
}

/** The properties of the reader, if it is the one that there is. */
function readerOf(options: ProducerToolOptions, names: GivenNames, terminal: Terminal): Readonly<Record<string, string>> {
  const name = options.value('line-reader') ?? lineReaderClass
  if (!/^(?:.*[.$])?LineMessageReader$/.test(name)) throw new JavaError('java.lang.ClassNotFoundException', name)
  const properties = readerProperties(options, names)
  hintAtUnknown(terminal, 'reader', Object.keys(properties), lineFormatProperties)
  return properties
}

async function produce(options: ProducerToolOptions, names: GivenNames, reader: LineReader, terminal: Terminal): Promise<number> {
  const bootstrapServer = options.value('bootstrap-server')
  const topic = options.value('topic') ?? ''
  const { interrupted } = terminal
  await using kafka = clientsOf({ terminal, bootstrapServer, properties: producerSettings(options, names) })
  await checkBootstrap({ terminal, bootstrapServer }, 'Failed to construct kafka producer')
  const producer = kafka.producer()
  try {
    await sendLines({ terminal, producer, topic, reader, sync: options.has('sync') })
  } finally {
    // What has failed was said record by record.
    await producer.close().catch(() => undefined)
  }
  return exitCodeOf(interrupted)
}
