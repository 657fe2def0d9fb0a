import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import type { Seen } from '../trial.ts'
import { tool } from './configs.ts'

const broker = await startBroker({ topics: { orders: 1 } })
const folder = mkdtempSync(join(tmpdir(), 'odradek-configs-'))
after(async () => {
  await broker.stop()
  rmSync(folder, { recursive: true })
})
const file = (content: string): string => {
  const path = join(folder, 'add.properties')
  writeFileSync(path, content)
  return path
}
const run = (...args: readonly string[]): Promise<Seen> => trial(tool, ['--bootstrap-server', broker.bootstrapServers, ...args])
const says = async (lines: readonly string[], ...args: readonly string[]): Promise<void> =>
  assert.deepEqual(await run(...args), { code: 0, out: lines.map((line) => `${line}\n`).join(''), err: '' })
const refuses = async (message: string, ...args: readonly string[]): Promise<void> =>
  assert.deepEqual(await run(...args), { code: 1, out: '', err: `${message}\n` })

test('settings of a topic are changed, shown and given back', async () => {
  const topic = ['--entity-type', 'topics', '--entity-name', 'orders']
  await says(['Dynamic configs for topic orders are:'], ...topic, '--describe')
  await says(
    ['Completed updating config for topic orders.'],
    ...topic,
    '--alter',
    '--add-config',
    'retention.ms=86400000,cleanup.policy=[compact,delete]',
  )
  await says(
    [
      'Dynamic configs for topic orders are:',
      '  cleanup.policy=compact,delete sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, DEFAULT_CONFIG:log.cleanup.policy=delete}',
      '  retention.ms=86400000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=86400000}',
    ],
    '--topic',
    'orders',
    '--describe',
  )
  await says(
    ['Completed updating config for topic orders.'],
    '--topic',
    'orders',
    '--alter',
    '--delete-config',
    'retention.ms,cleanup.policy',
  )
  await says(['Dynamic configs for topic orders are:'], '--topic', 'orders', '--describe')
  await says(['Completed updating config for topic orders.'], '--topic', 'orders', '--alter', '--delete-config', 'no.such.config')
})

test('all settings of a topic, each with where it comes from', async () => {
  const { code, out } = await run('--topic', 'orders', '--describe', '--all')
  const [first, ...rest] = out.split('\n').slice(0, -1)
  assert.deepEqual([code, first], [0, 'All configs for topic orders are:'])
  assert.ok(rest.length > 20)
  for (const line of rest) assert.match(line, /^ {2}[a-z\d.]+=.* sensitive=(?:true|false) synonyms=\{.*\}$/)
  const names = rest.map((line) => line.split('=')[0] ?? '')
  assert.deepEqual(names, names.toSorted())
})

test('settings from a file, and what it says wrongly', async () => {
  await says(
    ['Completed updating config for topic orders.'],
    '--topic',
    'orders',
    '--alter',
    '--add-config-file',
    file('max.message.bytes=2000000\n'),
  )
  await says(['Completed updating config for topic orders.'], '--topic', 'orders', '--alter', '--delete-config', 'max.message.bytes')
  await refuses('Invalid character found for config key: bad!key', '--topic', 'orders', '--alter', '--add-config-file', file('bad!key=1\n'))
  await refuses(String.raw`Malformed \uxxxx encoding.`, '--topic', 'orders', '--alter', '--add-config-file', file(String.raw`a=\u12`))
  const args = ['--topic', 'orders', '--alter', '--add-config-file', join(folder, 'absent')]
  const { code, err } = await run(...args)
  assert.equal(code, 1)
  assert.match(err, /^Error while executing config command with args '.*absent'\njava\.nio\.file\.NoSuchFileException: .*absent\n$/)
})

test('settings of brokers: one, and the default of all', async () => {
  await says(['Completed updating config for broker 1.'], '--broker', '1', '--alter', '--add-config', 'max.connections=1000')
  const { out } = await run('--broker', '1', '--describe')
  assert.match(
    out,
    /^Dynamic configs for broker 1 are:\n {2}max\.connections=1000 sensitive=false synonyms=\{DYNAMIC_BROKER_CONFIG:max\.connections=1000, .*\}\n$/,
  )
  await says(['Completed updating config for broker 1.'], '--broker', '1', '--alter', '--delete-config', 'max.connections')
  await says(
    ['Completed updating default config for brokers in the cluster.'],
    '--broker-defaults',
    '--alter',
    '--add-config',
    'max.connections=1000',
  )
  const { out: defaults } = await run('--entity-type', 'brokers', '--entity-default', '--describe')
  assert.match(defaults, /^Default configs for brokers in the cluster are:\n {2}max\.connections=1000 sensitive=false synonyms=/)
  const { out: both } = await run('--entity-type', 'brokers', '--describe')
  assert.match(both, /^Dynamic configs for broker 1 are:\nDefault configs for brokers in the cluster are:\n {2}max\.connections=1000 /)
})

test('settings of groups and of client metrics', async () => {
  await says(
    ['Completed updating config for group readers.'],
    '--group',
    'readers',
    '--alter',
    '--add-config',
    'consumer.session.timeout.ms=50000',
  )
  const { out } = await run('--group', 'readers', '--describe')
  assert.match(out, /^Dynamic configs for group readers are:\n {2}consumer\.session\.timeout\.ms=50000 sensitive=false /)
  await says(
    ['Completed updating config for client-metric trial.'],
    '--client-metrics',
    'trial',
    '--alter',
    '--add-config',
    'interval.ms=30000',
  )
  assert.match(
    (await run('--client-metrics', 'trial', '--describe')).out,
    /^Dynamic configs for client-metric trial are:\n {2}interval\.ms=30000 /,
  )
})

test('what is not there has no settings, which is no failure', async () => {
  await says(["The topic 'absent' doesn't exist and doesn't have dynamic config."], '--topic', 'absent', '--describe')
  await says(["The broker '9' doesn't exist and doesn't have dynamic config."], '--broker', '9', '--describe')
  await says(["The group 'absent' doesn't exist and doesn't have dynamic config."], '--group', 'absent', '--describe')
  await says(["The client-metric 'absent' doesn't exist and doesn't have dynamic config."], '--client-metrics', 'absent', '--describe')
})

test('what the cluster refuses comes with the command line and the class of the error', async () => {
  const args = ['--topic', 'orders', '--alter', '--add-config', 'nosuch=1']
  const cause = 'org.apache.kafka.common.errors.InvalidConfigurationException: Unknown topic config name: nosuch'
  const line = `Error while executing config command with args '--bootstrap-server ${broker.bootstrapServers} ${args.join(' ')}'`
  assert.deepEqual(await run(...args), {
    code: 1,
    out: '',
    err: `${line}\njava.util.concurrent.ExecutionException: ${cause}\nCaused by: ${cause}\n`,
  })
})

test('values that can not be meant are told in a line', async () => {
  const invalid =
    'requirement failed: Invalid entity config: all configs to be added must be in the format "key=val" or  "key=[val1,val2]" to group values which contain commas.'
  const alter = (...args: readonly string[]): readonly string[] => ['--alter', ...args]
  await refuses(invalid, '--topic', 'orders', ...alter('--add-config', 'retention.ms'))
  await refuses(invalid, '--topic', 'orders', ...alter('--add-config', 'a=b=c'))
  await refuses(
    "Topic name is invalid: 'a/b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
    '--topic',
    'a/b',
    '--describe',
  )
  await refuses('Invalid broker logger(s): no.such.logger', '--broker-logger', '1', ...alter('--add-config', 'no.such.logger=DEBUG'))
  const unexpected = 'using --bootstrap-server. Unexpected config names:'
  await refuses(
    `Only quota and SCRAM credential configs can be added for 'users' ${unexpected} Set(foo)`,
    '--user',
    'a',
    ...alter('--add-config', 'foo=1'),
  )
  await refuses(
    `Only quota configs can be added for 'clients' ${unexpected} Set(bar, foo)`,
    '--client',
    'c',
    ...alter('--add-config', 'foo=1,bar=2'),
  )
  await refuses(
    `Only quota configs can be deleted for 'clients' ${unexpected} ArrayBuffer(foo)`,
    '--client',
    'c',
    ...alter('--delete-config', 'foo'),
  )
  await refuses(
    `Only connection quota configs can be added for 'ips' ${unexpected} foo`,
    '--ip',
    '10.0.0.1',
    ...alter('--add-config', 'foo=1'),
  )
  const scram = (value: string): readonly string[] => ['--user', 'a', ...alter('--add-config', `SCRAM-SHA-256=[${value}]`)]
  await refuses('Iterations 10 is less than the minimum 4096 required for SCRAM-SHA-256', ...scram('iterations=10,password=x'))
  await refuses('Invalid credential property SCRAM_SHA_256=pass=x', ...scram('pass=x'))
  await refuses(
    "Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using --bootstrap-server.",
    '--user',
    'a',
    ...alter('--add-config', 'SCRAM-SHA-256=[password=x],producer_byte_rate=1'),
  )
  await refuses(
    'The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server.',
    '--user-defaults',
    ...alter('--add-config', 'SCRAM-SHA-256=[password=x]'),
  )
})

test('a command line that does not go together is told in a line', async () => {
  await refuses("Only 'users' and 'clients' entity types may be specified together", '--describe', '--topic', 'a', '--broker', '1')
  await refuses(
    '--entity-{type,name,default} should not be used in conjunction with specific entity flags',
    '--describe',
    '--topic',
    'a',
    '--entity-name',
    'b',
  )
  await refuses('Duplicate entity type(s) specified: topics', '--describe', '--entity-type', 'topics', '--entity-type', 'topics')
  await refuses('At least one entity type must be specified', '--describe')
  await refuses(
    'Only one of --bootstrap-server or --bootstrap-controller can be specified',
    '--bootstrap-controller',
    'a:1',
    '--describe',
    '--topic',
    'a',
  )
  await refuses('An entity name must be specified with --alter of topics', '--alter', '--entity-type', 'topics', '--add-config', 'a=b')
  await refuses(
    'An entity-name or default entity must be specified with --alter of users, clients, brokers or ips',
    '--alter',
    '--entity-type',
    'users',
    '--add-config',
    'producer_byte_rate=1',
  )
  await refuses(
    'An entity name must be specified for every entity type',
    '--alter',
    '--entity-type',
    'users',
    '--entity-name',
    'a',
    '--entity-type',
    'clients',
    '--add-config',
    'producer_byte_rate=1',
  )
  await refuses('The entity name for brokers must be a valid integer broker id, but it is: x', '--describe', '--broker', 'x')
  await refuses(
    '--entity-default must not be specified with --describe of topics',
    '--describe',
    '--entity-type',
    'topics',
    '--entity-default',
  )
  await refuses(
    'Only one of --add-config or --add-config-file must be specified',
    '--alter',
    '--topic',
    'a',
    '--add-config',
    'a=b',
    '--add-config-file',
    'c',
  )
  await refuses(
    'At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter',
    '--alter',
    '--topic',
    'a',
  )
  await refuses('Found multiple arguments for option topic, but you asked for only one', '--describe', '--topic', 'a', '--topic', 'b')
  await refuses('nope is not a recognized option', '--nope')
  assert.equal(
    (await trial(tool, ['--describe', '--topic', 'a'])).err,
    'Either --bootstrap-server or --bootstrap-controller must be specified.\n',
  )
  assert.match((await run('--topic', 'a')).err, /^Command must include exactly one action: --describe, --alter\nOption /)
  assert.match(
    (await run('--topic', 'a', '--describe', '--add-config', 'b=c')).err,
    /^Option "\[describe\]" can't be used with option "\[add-config\]"\nOption /,
  )
  assert.match((await trial(tool, [])).err, /^This tool helps to manipulate and describe entity config for a topic, .*\nOption /)
})
