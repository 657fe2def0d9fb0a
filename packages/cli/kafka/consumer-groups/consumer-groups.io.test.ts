import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Kafka } from '@odradek/client'
import type { Consumer } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { tool as groupsTool } from '../groups/groups.ts'
import { trial } from '../trial.ts'
import { tool } from './consumer-groups.ts'
import { csvOf, planFromFile } from './reset-file.ts'
import { dateTimeMs, isoDurationMs } from './reset-times.ts'

const folder = mkdtempSync(join(tmpdir(), 'odradek-groups-'))
let broker: RunningBroker
let kafka: Kafka
let member: Consumer

before(async () => {
  broker = await startBroker({ topics: { orders: 2, users: 1 } })
  kafka = new Kafka({ bootstrapServers: broker.bootstrapServers, clientId: 'shop' })
  const producer = kafka.producer()
  for (const partition of [0, 0, 0, 1]) await producer.send('orders', { value: 'x', partition, timestamp: 1_000_000 })
  await kafka.admin().alterConsumerGroupOffsets('idle', [
    { topic: 'orders', partition: 0, offset: 2 },
    { topic: 'orders', partition: 1, offset: 0 },
  ])
  member = kafka.consumer({ groupId: 'busy', topics: ['orders'], groupInstanceId: 'one', autoOffsetReset: 'earliest' })
  await member.poll(10_000)
  while (member.assignment().length === 0) await member.poll(100)
})
after(async () => {
  await kafka.close()
  await broker.stop()
  rmSync(folder, { recursive: true })
})

const groups = (...args: readonly string[]) => trial(tool, ['--bootstrap-server', broker.bootstrapServers, ...args])

test('groups are listed, with type and state where that is asked for', async () => {
  assert.deepEqual((await groups('--list')).out.trim().split('\n').toSorted(), ['busy', 'idle'])
  const { out } = await groups('--list', '--state', '--type')
  assert.match(out, /^GROUP {21}TYPE {17}STATE {15}$/m)
  assert.match(out, /^idle {22}Classic {14}Empty {15}$/m)
  assert.equal((await groups('--list', '--state', 'stable')).out.split('\n')[1]?.split(' ')[0], 'busy')
  const generic = await trial(groupsTool, ['--bootstrap-server', broker.bootstrapServers, '--list', '--consumer'])
  assert.match(generic.out, /^GROUP {16}TYPE {17}PROTOCOL {12}\n(?:.*\n)*busy {17}Classic {14}consumer {13}$/m)
})

test('a group without members is described, with a word on stderr', async () => {
  const { code, out, err } = await groups('--describe', '--group', 'idle')
  assert.equal(code, 0)
  assert.equal(err, "\nConsumer group 'idle' has no active members.\n")
  assert.deepEqual(out.split('\n'), [
    '',
    'GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID',
    'idle            orders          0          2               3               1               -               -               -',
    'idle            orders          1          0               1               1               -               -               -',
    '',
  ])
})

test('members are shown with their partitions, and the coordinator with the state', async () => {
  const members = await groups('--describe', '--group', 'busy', '--members', '--verbose')
  assert.match(
    members.out,
    /\nGROUP +CONSUMER-ID +GROUP-INSTANCE-ID +HOST +CLIENT-ID +#PARTITIONS +CURRENT-EPOCH +CURRENT-ASSIGNMENT +TARGET-EPOCH +TARGET-ASSIGNMENT *\n/,
  )
  assert.match(members.out, /busy +one-\S+ +one +\/127\.0\.0\.1 +shop +2 +- +orders:0,1 +- +- *\n$/)
  assert.match(
    (await groups('--describe', '--group', 'busy', '--state')).out,
    new RegExp(`busy +127\\.0\\.0\\.1:${broker.port} {2}\\(1\\) +range +Stable +1\n$`),
  )
})

test('a group that is not there is an error with exit code 0, as with Kafka', async () => {
  const { code, out } = await groups('--describe', '--group', 'nobody')
  assert.equal(code, 0)
  assert.match(
    out,
    /^\nError: Executing consumer group command failed due to org\.apache\.kafka\.common\.errors\.GroupIdNotFoundException: /,
  )
})

test('offsets are reset in every way, and only with --execute', async () => {
  const reset = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { out } = await groups('--reset-offsets', '--group', 'idle', '--topic', 'orders', '--dry-run', ...args)
    const rows = out.split('\n').filter((line) => line.startsWith('idle '))
    return rows.map((line) => line.split(/ +/).slice(2).join(' ')).toSorted()
  }
  assert.deepEqual(await reset('--to-earliest'), ['0 0', '1 0'])
  assert.deepEqual(await reset('--to-latest'), ['0 3', '1 1'])
  assert.deepEqual(await reset('--to-offset', '2'), ['0 2', '1 1'])
  assert.deepEqual(await reset('--shift-by', '-1'), ['0 1', '1 0'])
  assert.deepEqual(await reset('--to-current'), ['0 2', '1 0'])
  assert.deepEqual(await reset('--to-datetime', '1970-01-01T00:00:00.000'), ['0 0', '1 0'])
  assert.deepEqual(await reset('--by-duration', 'PT1H'), ['0 3', '1 1'])
  const exported = await groups('--reset-offsets', '--group', 'idle', '--all-topics', '--to-earliest', '--export')
  assert.match(exported.err, /^WARN: No action will be performed as the --execute option is missing\./)
  assert.deepEqual(exported.out.trim().split('\n').toSorted(), ['orders,0,0', 'orders,1,0'])
  const file = join(folder, 'plan.csv')
  writeFileSync(file, 'orders,0,1\norders,1,9\n')
  const fromFile = await groups('--reset-offsets', '--group', 'idle', '--from-file', file, '--execute')
  assert.match(fromFile.err, /WARN New offset \(9\) is higher than latest offset for topic partition orders-1\. Value will be set to 1 /)
  assert.deepEqual(await reset('--to-current'), ['0 1', '1 1'])
})

test('a group with members keeps its offsets', async () => {
  const { out } = await groups('--reset-offsets', '--group', 'busy', '--topic', 'orders', '--to-earliest', '--execute')
  assert.match(out, /^\nError: Assignments can only be reset if the group 'busy' is inactive, but the current state is Stable\.\n/)
  assert.match(
    (await groups('--delete', '--group', 'busy')).out,
    /^\nError: Deletion of some consumer groups failed:\n\* Group 'busy' could not be deleted due to: .*GroupNotEmptyException/,
  )
})

test('offsets and groups are deleted', async () => {
  await kafka.admin().alterConsumerGroupOffsets('gone', [{ topic: 'users', partition: 0, offset: 0 }])
  const { out } = await groups('--delete-offsets', '--group', 'gone', '--topic', 'users')
  assert.equal(
    out,
    'Request succeeded for deleting offsets from group gone.\n\nTOPIC           PARTITION  STATUS         \nusers           0          Successful     \n',
  )
  assert.equal((await groups('--delete', '--group', 'gone')).out, "Deletion of requested consumer groups ('gone') was successful.\n")
})

test('command lines that do not go are told, with exit code 1', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--list', '--describe', '--group', 'g'], /Option "\[group\]" can't be used with option "\[list\]"/],
    [['--describe'], /Option \[describe\] takes one of these options/],
    [['--members', '--list'], /Option\(s\) \[members\] are unavailable given other options on the command line/],
    [['--reset-offsets', '--group', 'g', '--to-latest', '--to-earliest', '--topic', 't'], /can't be used with option/],
    [['--reset-offsets', '--group', 'g', '--to-latest', '--dry-run'], /One of the reset scopes should be defined/],
    [['--list', '--state', 'asleep'], /Invalid state list 'asleep'/],
    [['--delete-offsets', '--group', 'g'], /takes the following options/],
  ]
  for (const [args, words] of wrong) {
    const { code, err } = await groups(...args)
    assert.equal(code, 1, args.join(' '))
    assert.match(err, words)
  }
  assert.equal((await trial(tool, ['--validate-regex', 'a+'])).out, 'The regular expression `a+` is valid.\n')
  assert.match((await trial(tool, ['--validate-regex', '['])).out, /is invalid: missing closing \]\.\n/)
})

test('times and durations are read as Java reads them', () => {
  assert.equal(dateTimeMs('2026-11-28T10:00:00.000'), Date.parse('2026-11-28T10:00:00Z'))
  assert.equal(dateTimeMs('2026-11-28T10:00:00.000+09:00'), Date.parse('2026-11-28T01:00:00Z'))
  for (const bad of ['2026-11-28', '2026-11-28T10:00', 'xT00:00:00.000']) assert.throws(() => dateTimeMs(bad), /ParseException/)
  assert.deepEqual(['P1DT2H', 'PT10M', '-PT1.5S', 'PT-3S'].map(isoDurationMs), [93_600_000, 600_000, -1500, -3000])
  for (const bad of ['P', 'PT', '1D', 'P1H']) assert.throws(() => isoDurationMs(bad), /cannot be parsed/)
})

test('a plan that was exported with its groups is read again', () => {
  const file = join(folder, 'groups.csv')
  writeFileSync(file, `${csvOf([{ topic: 'a,b', partition: 1, offset: 7 }], 'g')}${csvOf([{ topic: 'c', partition: 0, offset: 1 }], 'h')}`)
  assert.deepEqual(
    [...planFromFile(file, ['g', 'h'])],
    [
      ['g', [{ topic: 'a,b', partition: 1, offset: 7 }]],
      ['h', [{ topic: 'c', partition: 0, offset: 1 }]],
    ],
  )
})

test('numbers that are none, files and topics that are not there, are told in the words of Kafka, with code 0', async () => {
  const failed = (reason: string): string => `\nError: Executing consumer group command failed due to ${reason}\n`
  const reset = (...args: readonly string[]) => groups('--reset-offsets', '--group', 'idle', ...args, '--dry-run')
  const number = "Cannot parse argument 'some' of option shift-by"
  const file = 'java.io.IOException: Unable to read file /no/such/file'
  const topic = 'This server does not host this topic-partition.'
  const unknown = 'org.apache.kafka.common.errors.UnknownTopicOrPartitionException'
  const cases: readonly (readonly [readonly string[], string, string])[] = [
    [['--topic', 'orders', '--shift-by', 'some'], number, `joptsimple.OptionArgumentConversionException: ${number}\n`],
    [['--topic', 'nowhere', '--to-earliest'], topic, `${unknown}: ${topic}\n`],
    [['--from-file', '/no/such/file'], file, `java.lang.RuntimeException: ${file}\nCaused by: ${file}\n`],
  ]
  for (const [args, message, err] of cases) assert.deepEqual(await reset(...args), { code: 0, out: failed(message), err })
})
