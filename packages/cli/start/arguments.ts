import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parseProperties, settingsFromEnvironment } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { UsageError } from '../usage-error.ts'

export interface StartArguments {
  /** Static settings by Kafka's names, the strongest source of each already chosen. */
  readonly settings: ReadonlyMap<string, string>
  /** Everything in memory. */
  readonly ephemeral: boolean
}

/** Weakest first: our defaults for a machine of one's own, the file, `KAFKA_*`, `--port` and `--data-dir`, `--override`. */
export function startArguments(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): StartArguments {
  const flags = parseFlags(args)
  const settings = new Map<string, string>(localDefaults)
  const put = (entries: Iterable<readonly [string, string]>): void => {
    for (const [key, value] of entries) {
      if (key === 'log.dir') settings.delete('log.dirs')
      settings.set(key, value)
    }
  }
  if (flags.config !== undefined) put(propertiesOf(flags.config))
  put(settingsFromEnvironment(environment))
  if (flags.port !== undefined) put([['listeners', `PLAINTEXT://localhost:${portOf(flags.port)}`]])
  if (flags['data-dir'] !== undefined) put([['log.dirs', flags['data-dir']]])
  const overrides = (flags.override ?? []).map(keyAndValue)
  if (flags.port !== undefined && overrides.some(([key]) => key === 'listeners'))
    throw new UsageError('--port and --override listeners=… name two places to listen at; give one of them')
  put(overrides)
  if (flags.ephemeral) {
    if (flags['data-dir'] !== undefined) throw new UsageError('--ephemeral keeps everything in memory; leave out --data-dir')
    settings.delete('log.dir')
    settings.set('log.dirs', memoryDirectory)
  } else makeAbsolute(settings)
  return { settings, ephemeral: flags.ephemeral }
}

/** What the data directory is called where there is none. */
const memoryDirectory = '/memory'

/** Clients are told the whole path, wherever the broker was started. */
function makeAbsolute(settings: Map<string, string>): void {
  for (const name of ['log.dir', 'log.dirs']) {
    const directories = settings.get(name)
    if (directories !== undefined)
      settings.set(
        name,
        directories
          .split(',')
          .map((path) => resolve(path.trim()))
          .join(),
      )
  }
}

/** Where Kafka's default would open a port to the whole network, or put data into /tmp, ours stays at home. */
export const localDefaults: readonly (readonly [string, string])[] = [
  ['listeners', 'PLAINTEXT://localhost:9092'],
  ['log.dirs', './.odradek'],
  // One broker has nobody to wait for; Kafka's three seconds are for a rolling start of many members.
  ['group.initial.rebalance.delay.ms', '0'],
]

interface Flags {
  readonly port?: string
  readonly 'data-dir'?: string
  readonly ephemeral: boolean
  readonly config?: string
  readonly override?: string[]
}

function parseFlags(args: readonly string[]): Flags {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', short: 'p' },
        'data-dir': { type: 'string' },
        ephemeral: { type: 'boolean', default: false },
        config: { type: 'string' },
        override: { type: 'string', multiple: true },
      },
    })
    return values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.replace(/\. To specify.*/s, '') : String(error), { cause: error })
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`--port ${text}: a port is a number from 0 (any free one) to 65535`)
  return port
}

function keyAndValue(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at <= 0) throw new UsageError(`--override ${text}: write it as key=value, for example log.retention.ms=3600000`)
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

function propertiesOf(file: string): Iterable<readonly [string, string]> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(`--config ${file} cannot be read. Give the path of a server.properties file.`, { cause: error })
  }
  return parseProperties(text)
}
