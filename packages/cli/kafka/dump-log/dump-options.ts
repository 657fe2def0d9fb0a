import type { Terminal } from '../../terminal.ts'
import { JavaError } from '../java-error.ts'
import { OptionParser } from '../options/joptsimple.ts'
import { Usage } from '../options/usage.ts'
import { offsetsDecoder, plainDecoder } from './decoders.ts'
import type { RecordDecoder } from './decoders.ts'

const stringDecoder = 'org.apache.kafka.tools.api.StringDecoder'

const parser = new OptionParser({
  'print-data-log': { doc: 'Shows the content of records. Every decoder does too.' },
  'verify-index-only': { doc: 'Only compares an index with its log, without showing it.' },
  'index-sanity-check': {
    doc: 'Only looks whether an index is sound, as a broker does when it starts to see whether it must be built anew.',
  },
  files: { doc: 'REQUIRED: which files, with commas between them: logs, indexes, snapshots.', argument: 'file1, file2, ...' },
  'max-message-size': { doc: 'How large a batch can be at most.', argument: 'size', type: 'int', default: '5242880' },
  'max-bytes': { doc: 'Reads so many bytes of a log and no more.', argument: 'size', type: 'int', default: '2147483647' },
  'deep-iteration': { doc: 'Looks into batches, at each record. So does every option that shows content.' },
  'value-decoder-class': {
    doc: 'What values are turned into words by: StringDecoder, IntegerDecoder, LongDecoder, DefaultDecoder.',
    optionalArgument: '',
    default: stringDecoder,
  },
  'key-decoder-class': { doc: 'The same for keys.', optionalArgument: '', default: stringDecoder },
  'offsets-decoder': { doc: 'Records are those of __consumer_offsets.' },
  'transaction-log-decoder': { doc: 'Records are those of __transaction_state.' },
  'cluster-metadata-decoder': { doc: 'Records are those of the metadata of a KRaft cluster.' },
  'remote-log-metadata-decoder': { doc: 'Records are those of __remote_log_metadata.' },
  'share-group-state-decoder': { doc: 'Records are those of __share_group_state.' },
  'skip-record-metadata': { doc: 'Shows the content of records only, and no control records.' },
})

const notThere = [
  'transaction-log-decoder',
  'cluster-metadata-decoder',
  'remote-log-metadata-decoder',
  'share-group-state-decoder',
] as const

export interface DumpOptions {
  readonly files: readonly string[]
  readonly printsContent: boolean
  readonly looksDeep: boolean
  readonly verifiesOnly: boolean
  readonly checksSanityOnly: boolean
  readonly skipsMetadata: boolean
  /** These three throw when they are asked for, as Kafka's tool finds what is wrong with them only then. */
  readonly maxBytes: number
  readonly maxMessageSize: number
  readonly decode: RecordDecoder
}

export function dumpOptions(args: readonly string[], terminal: Terminal): DumpOptions {
  const usage = new Usage(terminal, parser)
  const options = parser.parse(args)
  usage.helpOrVersion(
    options,
    args,
    'This tool helps to parse a log file and dump its contents to the console, useful for debugging a seemingly corrupt log segment.',
  )
  usage.required(options, 'files')
  const missing = notThere.find((name) => options.has(name))
  if (missing !== undefined)
    throw new JavaError(
      'java.lang.UnsupportedOperationException',
      `--${missing} is not there: such records are not written by Odradek. Kafka's own tool reads them.`,
    )
  const printsContent = (['print-data-log', 'offsets-decoder', 'value-decoder-class', 'key-decoder-class'] as const).some((name) =>
    options.has(name),
  )
  return {
    files: (options.value('files') ?? '').split(','),
    printsContent,
    looksDeep: printsContent || options.has('deep-iteration'),
    verifiesOnly: options.has('verify-index-only'),
    checksSanityOnly: options.has('index-sanity-check'),
    skipsMetadata: options.has('skip-record-metadata'),
    get maxBytes() {
      return options.number('max-bytes') ?? 2_147_483_647
    },
    get maxMessageSize() {
      return options.number('max-message-size') ?? 5_242_880
    },
    get decode() {
      if (options.has('offsets-decoder')) return offsetsDecoder
      return plainDecoder(options.value('key-decoder-class') ?? stringDecoder, options.value('value-decoder-class') ?? stringDecoder)
    },
  }
}
