import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { UserError } from '@odradek/common/errors'
import { UsageError } from '../../usage-error.ts'
import { command } from '../command.ts'
import { count, flag, text, texts } from '../options.ts'
import { Progress } from '../output/progress.ts'
import { oneWord } from '../words.ts'
import { recordOfJson, recordOfLine } from './input-records.ts'
import type { InputRecord, LineForm } from './input-records.ts'
import { linesOf } from './lines.ts'

export const produce = command({
  path: 'produce',
  summary: 'write records: each line of the input is one',
  words: 'TOPIC',
  options: {
    file: text('FILE', 'lines of this file, not of the standard input', { short: 'f' }),
    key: text('KEY', 'the key of every record', { short: 'k' }),
    'key-separator': text('TEXT', 'what stands between key and value in each line', { short: 'K' }),
    header: texts('NAME=VALUE', 'a header of every record', { short: 'H' }),
    partition: count('N', 'the partition of every record', { short: 'p' }),
    'json-lines': flag('each line is {"key", "value", "headers", "partition", "timestamp"}, as `consume -o jsonl` writes them'),
    whole: flag('the whole input is one record'),
    tombstone: flag('one record without a value, for --key; nothing is read'),
    compression: text('CODEC', 'none, gzip, snappy, lz4, zstd', { short: 'z', choices: ['none', 'gzip', 'snappy', 'lz4', 'zstd'] }),
    acks: text('ACKS', 'all, 1 or 0', { choices: ['all', '1', '0'] }),
  },
  examples: [
    'echo hello | odradek produce greetings',
    'odradek produce orders -K : < orders.txt',
    'odradek produce users -k 42 --tombstone',
    'odradek consume orders -e -o jsonl | odradek produce copy --json-lines',
  ],
  completes: 'topic',
  async run({ options, words, kafka, output, terminal }) {
    const topic = oneWord(words, 'a topic')
    const form = formOf(options)
    if (options.tombstone && options.key === undefined) throw new UsageError('--tombstone needs --key KEY: whose record is to go?')
    const client = await kafka()
    const producer = client.producer({
      compressionType: codecOf(options.compression),
      acks: options.acks === '0' ? 0 : options.acks === '1' ? 1 : 'all',
      ...(options.acks === undefined || options.acks === 'all' ? {} : { enableIdempotence: false }),
    })
    const progress = new Progress(terminal, options.file === undefined ? undefined : await sizeOf(options.file))
    let sent = 0
    const failed: Error[] = []
    const done = (error: Error | undefined): void => {
      if (error !== undefined) failed.push(error)
    }
    for await (const record of recordsOf(options, form, terminal.input, progress)) {
      if (!producer.enqueue(topic, record, done)) await producer.ready()
      sent++
      if (failed.length > 0 || terminal.interrupted.aborted) break
    }
    progress.end()
    await producer.flush().catch((error: unknown) => {
      if (failed.length === 0) throw error
    })
    const [first] = failed
    if (first !== undefined) throw first
    if (terminal.inputIsTerminal || !output.isForPeople)
      await output.item({ data: { topic, records: sent }, text: `${sent} record${sent === 1 ? '' : 's'} to ${topic}\n` })
    return terminal.interrupted.aborted && !terminal.inputIsTerminal ? 130 : 0
  },
})

function formOf(options: {
  readonly key: string | undefined
  readonly 'key-separator': string | undefined
  readonly header: readonly string[]
  readonly partition: number | undefined
}): LineForm {
  const headers = options.header.map((given) => {
    const at = given.indexOf('=')
    if (at <= 0) throw new UsageError(`-H ${given}: write it as NAME=VALUE`)
    return [given.slice(0, at), given.slice(at + 1)] as const
  })
  if (options.key !== undefined && options['key-separator'] !== undefined)
    throw new UsageError('--key and --key-separator contradict each other: where is the key?')
  return {
    key: options.key ?? null,
    keySeparator: options['key-separator']?.replaceAll(String.raw`\t`, '\t'),
    headers,
    partition: options.partition,
  }
}

async function* recordsOf(
  options: { readonly file: string | undefined; readonly tombstone: boolean; readonly whole: boolean; readonly 'json-lines': boolean },
  form: LineForm,
  standardInput: Readable,
  progress: Progress,
): AsyncGenerator<InputRecord> {
  if (options.tombstone) {
    const { key, headers, partition } = form
    yield { key, value: null, headers, ...(partition === undefined ? {} : { partition }) }
    return
  }
  const input = options.file === undefined ? standardInput : createReadStream(options.file, { highWaterMark: 256 * 1024 })
  if (options.whole) {
    const chunks: Buffer[] = []
    for await (const chunk of input) chunks.push(Buffer.from(chunk))
    yield recordOfLine(Buffer.concat(chunks), 1, { ...form, keySeparator: undefined })
    return
  }
  let number = 0
  for await (const line of linesOf(input)) {
    number++
    progress.add(line.length + 1)
    if (!options['json-lines']) yield recordOfLine(line, number, form)
    else if (line.length > 0) yield recordOfJson(Buffer.from(line).toString(), number, form)
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function codecOf(codec: string | undefined): 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd' {
  switch (codec) {
    case 'gzip':
    case 'snappy':
    case 'lz4':
    case 'zstd':
      return codec
    default:
      return 'none'
  }
}
