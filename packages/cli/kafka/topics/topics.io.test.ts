import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import type { Seen } from '../trial.ts'
import { tool } from './topics.ts'

const kafka = await startBroker({ topics: { plain: 2, compact: { config: { 'cleanup.policy': 'compact', 'retention.ms': '1000' } } } })
after(() => kafka.stop())
const run = (...args: readonly string[]): Promise<Seen> => trial(tool, ['--bootstrap-server', kafka.bootstrapServers, ...args])
const succeeds = async (out: string, ...args: readonly string[]): Promise<void> =>
  assert.deepEqual(await run(...args), { code: 0, out, err: '' })
const fails = async (message: string, javaClass: string, ...args: readonly string[]): Promise<void> => {
  const err = `[T] ERROR ${javaClass}: ${message}\n (org.apache.kafka.tools.TopicCommand)\n`
  assert.deepEqual(await run(...args), { code: 1, out: `Error while executing topic command : ${message}\n`, err })
}
const common = 'org.apache.kafka.common.errors'
const collision =
  "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.\n"

test('topics are created, listed, given partitions and deleted', async () => {
  await succeeds('Created topic made.\n', '--create', '--topic', 'made', '--partitions', '2', '--config', 'retention.ms = 5000')
  await succeeds('compact\nmade\nplain\n', '--list')
  await succeeds('', '--alter', '--topic', 'made', '--partitions', '3')
  await succeeds('', '--delete', '--topic', 'made')
  await succeeds('compact\nplain\n', '--list')
})

test('a name with a period or underscore is warned of', async () => {
  await succeeds(`${collision}Created topic with.period.\n`, '--create', '--topic', 'with.period')
  await succeeds('', '--delete', '--topic', String.raw`with\.period`)
})

test('names are regular expressions, or lists', async () => {
  await succeeds('compact\nplain\n', '--list', '--topic', 'com.*|pl.*')
  await succeeds('compact\nplain\n', '--list', '--topic', '"plain, compact"')
  await succeeds('\n', '--list', '--topic', 'plai')
  await fails('*p is an invalid regex.', 'java.lang.RuntimeException', '--list', '--topic', '*p')
})

test('a description has a line for the topic and one for each partition', async () => {
  const id = kafka.topicId('plain')
  const partition = (number: number): string =>
    `\tTopic: plain\tPartition: ${number}\tLeader: 1\tReplicas: 1\tIsr: 1\tElr: \tLastKnownElr: \n`
  const { code, out } = await run('--describe', '--topic', 'plain')
  assert.equal(code, 0)
  const [first, ...rest] = out.split(/(?<=\n)/)
  assert.match(first ?? '', new RegExp(`^Topic: plain\tTopicId: ${id}\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: .*\n$`))
  assert.deepEqual(rest, [partition(0), partition(1)])
  // Asked by id, a broker does not say who could lead.
  assert.equal((await run('--describe', '--topic-id', id)).out, out.replaceAll('Elr: ', 'Elr: N/A'))
  assert.equal((await run('--describe', '--topic-id', 'A'.repeat(22), '--topic', 'plain')).out, out)
  await succeeds(partition(0) + partition(1), '--describe', '--topic', 'plain', '--at-min-isr-partitions')
  await succeeds(
    '',
    '--describe',
    '--topic',
    'plain',
    '--under-replicated-partitions',
    '--unavailable-partitions',
    '--under-min-isr-partitions',
  )
})

test('settings of a topic come in the order in which Kafka prints them', async () => {
  const { out } = await run('--describe', '--topics-with-overrides', '--topic', 'compact')
  assert.match(out, /^Topic: compact\t.*\tConfigs: (?:\S+,)?cleanup\.policy=compact,(?:\S+,)?retention\.ms=1000\n$/)
})

test('what is there, or is not, where it need not be', async () => {
  await succeeds('', '--create', '--topic', 'plain', '--if-not-exists')
  await fails("Topic 'plain' already exists.", `${common}.TopicExistsException`, '--create', '--topic', 'plain')
  for (const args of [['--describe'], ['--delete'], ['--alter', '--partitions', '3']]) {
    await fails("Topic 'absent' does not exist as expected", 'java.lang.IllegalArgumentException', ...args, '--topic', 'absent')
    await succeeds('', ...args, '--topic', 'absent', '--if-exists')
  }
  const id = 'abcdefghijklmnopqrstuA'
  await fails(`TopicId '${id}' does not exist as expected`, 'java.lang.IllegalArgumentException', '--describe', '--topic-id', id)
  await fails(
    'Input string `xyz` decoded as 2 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID',
    'java.lang.IllegalArgumentException',
    '--describe',
    '--topic-id',
    'xyz',
  )
})

test('what the cluster refuses is said in its words', async () => {
  await fails(
    'Unknown topic config name: nope',
    `${common}.InvalidConfigurationException`,
    '--create',
    '--topic',
    'x',
    '--config',
    'nope=1',
  )
  await fails(
    'Invalid value abc for configuration retention.ms: Not a number of type LONG',
    'org.apache.kafka.common.config.ConfigException',
    '--create',
    '--topic',
    'x',
    '--config',
    'retention.ms=abc',
  )
  await fails(
    "Topic name is invalid: 'a/b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
    `${common}.InvalidTopicException`,
    '--create',
    '--topic',
    'a/b',
  )
  const alter = ['--alter', '--topic', 'plain', '--partitions']
  const noIncrease = (count: number): string => `The topic plain currently has 2 partition(s); ${count} would not be an increase.`
  await fails(noIncrease(0), `${common}.InvalidPartitionsException`, ...alter, '0')
  await fails(noIncrease(1), `${common}.InvalidPartitionsException`, ...alter, '1')
  await fails('Topic already has 2 partition(s).', `${common}.InvalidPartitionsException`, ...alter, '2')
})

test('arguments that can not be meant are found before anybody is asked', async () => {
  const argument = 'java.lang.IllegalArgumentException'
  const create = ['--create', '--topic', 'x']
  await fails('The partitions must be greater than 0', argument, ...create, '--partitions', '0')
  await fails('The replication factor must be between 1 and 32767 inclusive', argument, ...create, '--replication-factor', '32768')
  await fails(
    'requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".',
    argument,
    ...create,
    '--config',
    'a=b=c',
  )
  await fails(
    'Partition replica lists may not contain duplicate entries: 1',
    'org.apache.kafka.tools.AdminCommandFailedException',
    ...create,
    '--replica-assignment',
    '1:1',
  )
  await fails(
    'Partition 1 has different replication factor: [1]',
    'org.apache.kafka.tools.AdminOperationException',
    ...create,
    '--replica-assignment',
    '0:1,1',
  )
  await fails('For input string: "a"', 'java.lang.NumberFormatException', ...create, '--replica-assignment', 'a')
  await fails(
    "Cannot parse argument 'x' of option partitions",
    'joptsimple.OptionArgumentConversionException',
    ...create,
    '--partitions',
    'x',
  )
})

test('a command line that does not go shows the help on stderr', async () => {
  const help = (await trial(tool, ['--help'])).err.replace(/^.*\n/, '')
  const refuses = async (message: string, ...args: readonly string[]): Promise<void> =>
    assert.deepEqual(await trial(tool, args), { code: 1, out: '', err: `${message}\n${help}` })
  const server = ['--bootstrap-server', 'localhost:9']
  await refuses('This tool helps to create, delete, describe, or change a topic.', '--help')
  await refuses('Create, delete, describe, or change a topic.')
  await refuses('Command must include exactly one action: --list, --describe, --create, --alter or --delete', ...server)
  await refuses('Command must include exactly one action: --list, --describe, --create, --alter or --delete', '--list', '--create')
  await refuses('Missing required argument "[topic]"', ...server, '--delete')
  await refuses('Missing required argument "[partitions]"', ...server, '--alter', '--topic', 't')
  await refuses('Option "[partitions]" can\'t be used with option "[list]"', ...server, '--list', '--partitions', '3')
  await refuses(
    'Option "[replica-assignment]" can\'t be used with option "[partitions]"',
    ...server,
    '--create',
    '--topic',
    't',
    '--replica-assignment',
    '1',
    '--partitions',
    '1',
  )
  await refuses('--topic or --topic-id is required to describe a topic', ...server, '--describe', '--if-exists')
  await refuses(
    'Option combination "[[bootstrap-server], [config]]" can\'t be used with option "[alter]" (To alter topic configurations, the kafka-configs tool can be used.)',
    ...server,
    '--alter',
    '--topic',
    't',
    '--config',
    'a=b',
    '--partitions',
    '3',
  )
})

test('what is wrong before the cluster is asked is said twice, as Kafka does', async () => {
  const refuses = async (message: string, javaClass: string, args: readonly string[], cause = ''): Promise<void> =>
    assert.deepEqual(await trial(tool, args), { code: 1, out: '', err: `${message}\n${javaClass}: ${message}\n${cause}\n` })
  await refuses('lst is not a recognized option', 'joptsimple.UnrecognizedOptionException', ['--lst'])
  await refuses('--bootstrap-server must be specified', 'java.lang.IllegalArgumentException', ['--list'])
  await refuses('/no/such/file', 'java.nio.file.NoSuchFileException', [
    '--list',
    '--bootstrap-server',
    'localhost:9',
    '--command-config',
    '/no/such/file',
  ])
  await refuses(
    'Failed to create new KafkaAdminClient',
    'org.apache.kafka.common.KafkaException',
    ['--list', '--bootstrap-server', 'localhost'],
    'Caused by: org.apache.kafka.common.config.ConfigException: Invalid url in bootstrap.servers: localhost\n',
  )
})

const folder = mkdtempSync(join(tmpdir(), 'odradek-topics-'))
after(() => rmSync(folder, { recursive: true }))

test('an option of which there can only be one is looked at before anybody is asked', async () => {
  const { code, out } = await trial(tool, ['--list', '--bootstrap-server', '127.0.0.1:1', '--topic', 'a', '--topic', 'b'])
  const message = 'Error while executing topic command : Found multiple arguments for option topic, but you asked for only one\n'
  assert.deepEqual([code, out], [1, message])
})

test('a cluster that is not there is told of when time is over', async () => {
  const impatient = join(folder, 'impatient.properties')
  writeFileSync(impatient, 'default.api.timeout.ms=60\nrequest.timeout.ms=50\n')
  const { code, out, err } = await trial(tool, ['--list', '--bootstrap-server', '127.0.0.1:1', '--command-config', impatient])
  assert.deepEqual([code, out], [1, 'Error while executing topic command : Timed out waiting for a node assignment. Call: listTopics\n'])
  assert.match(
    err,
    /\[T\] ERROR org\.apache\.kafka\.common\.errors\.TimeoutException: Timed out waiting for a node assignment\. Call: listTopics\n \(org\.apache\.kafka\.tools\.TopicCommand\)\n$/,
  )
})
