import { KafkaError } from '@odradek/client'
import type { Admin, RecordsToDelete } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { JavaError } from '../java-error.ts'
import { JsonValue } from '../java-json.ts'
import { openAdmin } from '../open-admin.ts'
import { OptionParser } from '../options/joptsimple.ts'
import { Usage } from '../options/usage.ts'
import { orSayFailure } from '../say-failure.ts'
import { textFile } from '../text-file.ts'
import type { Tool } from '../tool.ts'

/** Deletes the records of partitions up to offsets that a file names. */
export const tool: Tool = {
  name: 'kafka-delete-records',
  run: (args, terminal) => orSayFailure(terminal, () => run(args, terminal)),
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const parser = new OptionParser({
    'bootstrap-server': { doc: 'REQUIRED: the brokers to ask first.', argument: 'server(s) to use for bootstrapping' },
    'offset-json-file': {
      doc: 'REQUIRED: which records go, those before an offset in each partition; -1 is all that there are. A file with:\n{"partitions":\n  [{"topic": "foo", "partition": 1, "offset": 1}],\n "version":1\n}',
      argument: 'Offset json file path',
    },
    'command-config': { doc: 'A file with settings of the client that asks.', argument: 'command config property file path' },
  })
  const usage = new Usage(terminal, parser)
  const options = parser.parse(args)
  usage.helpOrVersion(options, args, 'This tool helps to delete records of the given partitions down to the specified offset.')
  usage.required(options, 'bootstrap-server', 'offset-json-file')
  await using admin = await openAdmin({
    terminal,
    bootstrapServer: options.value('bootstrap-server'),
    commandConfig: options.value('command-config'),
  })
  const records = recordsToDelete(textFile(options.value('offset-json-file') ?? ''))
  await deleteRecords(admin, records, (line) => void terminal.out(`${line}\n`))
  return 0
}

async function deleteRecords(admin: Admin, records: readonly RecordsToDelete[], say: (line: string) => void): Promise<void> {
  say('Executing records delete operation')
  const outcomes = await admin.deleteRecords(records.filter(({ beforeOffset }) => beforeOffset >= -1)).settled()
  const { javaText } = await import('../java-names.ts')
  say('Records delete operation completed:')
  for (const { topic, partition } of records) {
    const outcome = outcomes.get({ topic, partition }) ?? { ok: false, error: new KafkaError('OFFSET_OUT_OF_RANGE') }
    const how = outcome.ok ? `low_watermark: ${outcome.value.lowWatermark}` : `error: ${javaText(outcome.error)}`
    say(`partition: ${topic}-${partition}\t${how}`)
  }
}

function recordsToDelete(text: string): readonly RecordsToDelete[] {
  const json = JsonValue.parse(text) ?? operationError('The input string is not a valid JSON')
  const version = json.optional('version')?.int() ?? 1
  if (version !== 1) operationError(`Not supported version field value ${version}`)
  const partitions = json.optional('partitions') ?? operationError('Missing partitions field')
  const records = partitions.elements().map((of) => ({
    topic: of.field('topic').text(),
    partition: of.field('partition').int(),
    beforeOffset: of.field('offset').long(),
  }))
  const names = records.map(({ topic, partition }) => `${topic}-${partition}`)
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
  if (twice.length === 0) return records
  throw new JavaError(
    'org.apache.kafka.tools.AdminCommandFailedException',
    `Offset json file contains duplicate topic partitions: ${twice.join(',')}`,
  )
}

function operationError(message: string): never {
  throw new JavaError('org.apache.kafka.tools.AdminOperationException', message)
}
