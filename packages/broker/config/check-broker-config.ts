import { ConfigError } from '@odradek/common/config'
import type { BrokerConfig } from './all-settings.ts'

/** Checks settings of a broker against each other. Throws a `ConfigError` that names all that do not go together. */
export function checkBrokerConfig(config: BrokerConfig): void {
  const wrong = [
    ...rollAndRetention(config),
    ...localRetention('log.local.retention.ms', config['log.local.retention.ms'], 'log.retention.ms', config['log.retention.ms']),
    ...localRetention(
      'log.local.retention.bytes',
      config['log.local.retention.bytes'],
      'log.retention.bytes',
      config['log.retention.bytes'],
    ),
    ...cleanerMemory(config),
    ...ordered(config, 'group.min.session.timeout.ms', 'group.max.session.timeout.ms'),
    ...['consumer', 'share', 'streams'].flatMap((kind) => groupBounds(config, kind)),
    ...ordered(config, 'broker.heartbeat.interval.ms', 'broker.session.timeout.ms'),
    ...ordered(config, 'log.cleaner.min.compaction.lag.ms', 'log.cleaner.max.compaction.lag.ms'),
    ...identity(config),
  ]
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'))
}

function rollAndRetention(config: BrokerConfig): readonly string[] {
  const wrong: string[] = []
  const atLeast = (name: 'log.roll.ms' | 'log.roll.jitter.ms', least: number): void => {
    const value = config[name]
    if (value !== null && value < least) wrong.push(`requirement failed: ${name} must be greater than or equal to ${least}`)
  }
  atLeast('log.roll.ms', 1)
  atLeast('log.roll.jitter.ms', 0)
  for (const name of ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'] as const) {
    if (config[name] === 0) wrong.push(`requirement failed: ${name} must be unlimited (-1) or, greater than or equal to 1`)
  }
  return wrong
}

/** What is kept locally of a tiered partition cannot be more than what is kept at all; −2 is all of it. */
function localRetention(localName: string, local: number, name: string, whole: number | null): readonly string[] {
  if (local === -2 || whole === null || whole < 0) return []
  if (local === -1) return [`Invalid value -1 for configuration ${localName}: Value must not be -1 as ${name} value is set as ${whole}.`]
  return local > whole
    ? [`Invalid value ${local} for configuration ${localName}: Value must not be more than ${name} property value: ${whole}`]
    : []
}

function cleanerMemory(config: BrokerConfig): readonly string[] {
  const enough = config['log.cleaner.dedupe.buffer.size'] >= config['log.cleaner.threads'] * 1_048_576
  return enough ? [] : ['requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.']
}

function identity(config: BrokerConfig): readonly string[] {
  const wrong: string[] = []
  if (config['broker.id'] >= 0 && config['broker.id'] !== config['node.id']) {
    wrong.push(`node.id is ${config['node.id']} and broker.id is ${config['broker.id']}: give one of them, or both the same value`)
  }
  if ((config['log.dirs'] ?? config['log.dir']).length === 0)
    wrong.push('log.dirs names no directory: give one, for example log.dirs=/var/lib/kafka/data')
  return wrong
}

/** What a group may choose lies between a least and a most, and what it gets without choosing too. */
function groupBounds(config: BrokerConfig, kind: string): readonly string[] {
  const numbers: Readonly<Record<string, unknown>> = config
  return [
    'session.timeout.ms',
    'heartbeat.interval.ms',
    'assignment.interval.ms',
    'record.lock.duration.ms',
    'delivery.count.limit',
    'partition.max.record.locks',
  ].flatMap((setting) => {
    const [least, chosen, most] = [`group.${kind}.min.${setting}`, `group.${kind}.${setting}`, `group.${kind}.max.${setting}`]
    const values = [least, chosen, most].map((name) => numbers[name])
    const [from = 0, value = 0, to = 0] = values.filter((found) => typeof found === 'number')
    if (values.includes(undefined)) return []
    if (value < from) return [`${chosen} must be greater than or equal to ${least}`]
    return value > to ? [`${chosen} must be less than or equal to ${most}`] : []
  })
}

type NumberName = { [Name in keyof BrokerConfig]: BrokerConfig[Name] extends number ? Name : never }[keyof BrokerConfig]

function ordered(config: BrokerConfig, less: NumberName, more: NumberName): readonly string[] {
  return config[less] <= config[more] ? [] : [`requirement failed: ${less} must be less than or equal to ${more}`]
}
