import { parseArgs } from 'node:util'
import type { StartBrokerOptions } from '@odradek/testing/test-broker'
import { UsageError } from '../../usage-error.ts'

export interface TestBrokerArguments {
  readonly broker: StartBrokerOptions
  /** Says the environment variables on the standard output. */
  readonly printsEnv: boolean
  /** What to run beside the broker; empty: nothing, and the broker runs until it is interrupted. */
  readonly command: readonly string[]
}

/** All before the first `--` is ours, all behind it the command. */
export function testBrokerArguments(args: readonly string[]): TestBrokerArguments {
  const dashes = args.indexOf('--')
  const [own, command] = dashes < 0 ? [args, []] : [args.slice(0, dashes), args.slice(dashes + 1)]
  if (dashes >= 0 && command.length === 0) throw new UsageError('test-broker: behind -- comes the command to run, as in -- npm test')
  const { values, positionals } = parsed(own)
  const [word] = positionals
  if (word !== undefined) throw new UsageError(`test-broker: write -- before the command, as in test-broker -- ${word}`)
  const logLevel = values['log-level']
  return {
    printsEnv: values['print-env'],
    command,
    broker: {
      port: portOf(values.port),
      topics: Object.fromEntries(values.topic.map(topicOf)),
      config: Object.fromEntries(values.config.map(settingOf)),
      ...(values['as-version'] === undefined ? {} : { asVersion: values['as-version'] }),
      ...(values['data-dir'] === undefined ? {} : { dataDir: values['data-dir'] }),
      ...(values.seed === undefined ? {} : { seed: values.seed }),
      ...(logLevel === undefined ? {} : { logLevel: logLevelOf(logLevel) }),
    },
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '0' },
        topic: { type: 'string', multiple: true, default: [] },
        config: { type: 'string', multiple: true, default: [] },
        'as-version': { type: 'string' },
        'data-dir': { type: 'string' },
        seed: { type: 'string' },
        'log-level': { type: 'string' },
        'print-env': { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(`test-broker: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new UsageError(`test-broker: --port ${text} is no port; give a number up to 65535, or 0 for any free one`)
}

function topicOf(text: string): readonly [string, number] {
  const [, name = '', partitions = '1'] = /^([^:=]+)(?:[:=](\d+))?$/.exec(text) ?? []
  if (name !== '' && Number(partitions) > 0) return [name, Number(partitions)]
  throw new UsageError(`test-broker: --topic ${text}: give a name, or a name and a number of partitions, as in orders:3`)
}

function settingOf(text: string): readonly [string, string] {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name !== undefined) return [name, value]
  throw new UsageError(`test-broker: --config ${text}: give name=value, as in --config auto.create.topics.enable=false`)
}

function logLevelOf(text: string): NonNullable<StartBrokerOptions['logLevel']> {
  const level = logLevels.find((known) => known === text)
  if (level !== undefined) return level
  throw new UsageError(`test-broker: --log-level is one of ${logLevels.join(', ')}, not ${text}`)
}

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const
