import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { RecordedTerminal } from '../recorded-terminal.ts'
import type { RecordedTerminalOptions } from '../recorded-terminal.ts'
import { UsageError } from '../usage-error.ts'
import { runCommand } from './run-command.ts'
import { runNoun } from './run-noun.ts'
import { nouns, verbs } from './tree.ts'

let broker: RunningBroker
const folder = mkdtempSync(join(tmpdir(), 'odradek-commands-'))
before(async () => {
  broker = await startBroker()
})
after(async () => {
  await broker.stop()
  rmSync(folder, { recursive: true })
})

/** Runs a command as a script does, and gives what it printed. */
async function odradek(
  line: string | readonly string[],
  given: RecordedTerminalOptions & { readonly during?: (terminal: RecordedTerminal) => Promise<void> } = {},
) {
  const [first = '', ...args] = typeof line === 'string' ? line.split(' ') : line
  const env = { ODRADEK_BOOTSTRAP_SERVERS: broker.bootstrapServers, ODRADEK_PROFILES: join(folder, 'profiles.yaml'), ...given.env }
  const terminal = new RecordedTerminal({ ...given, env })
  const noun = nouns.get(first)
  const running = noun === undefined ? single(first, args, terminal) : runNoun(first, await noun.load(), args, terminal)
  await given.during?.(terminal)
  const code = await running
  return { code, out: terminal.stdout, err: terminal.stderr }
}

async function single(name: string, args: readonly string[], terminal: RecordedTerminal): Promise<number> {
  const load = verbs.get(name)
  assert(load !== undefined, name)
  return await runCommand(await load(), args, terminal)
}

const json = async (line: string): Promise<unknown> => JSON.parse((await odradek(`${line} -o json`)).out)

test('topics are made with human units, listed, described and deleted', async () => {
  const made = await odradek('topic create tt-orders tt-users -p 3 -c retention.ms=1d -o json')
  assert.equal(made.code, 0, made.err)
  assert.match(made.out, /"name": "tt-orders",\s+"id": "[\w-]{22}",\s+"partitions": 3/)
  assert.match((await odradek('topic list')).out, /^TOPIC +PARTITIONS +REPLICAS +OFFSETS\ntt-orders +3 +1 +0\n/m)
  assert.equal((await odradek('topic list -r tt-u.* -o name')).out, 'tt-users\n')
  assert.match((await odradek('topic describe tt-orders')).out, /retention\.ms = 86400000\n\nTOPIC +PARTITION +LEADER/)
  const again = await odradek('topic create tt-orders')
  assert.equal(again.code, 1)
  assert.match(again.err, /^odradek: topic tt-orders: .*already exists/)
  assert.equal((await odradek('topic create tt-orders --if-not-exists')).code, 0)
  assert.equal((await odradek('topic delete tt-users')).code, 1, 'a script is not asked')
  assert.equal((await odradek('topic delete tt-users --yes')).code, 0)
  assert.equal((await odradek('topic list -r tt-.* -o name')).out, 'tt-orders\n')
})

test('somebody at a terminal is asked before topics go', async () => {
  await odradek('topic create asked')
  const no = await odradek('topic delete asked', { input: 'n\n', inputIsTerminal: true })
  assert.equal(no.code, 1)
  assert.match(no.err, /Delete asked and all records in it\? \[y\/N\]/)
  assert.equal((await odradek('topic delete asked', { input: 'y\n', inputIsTerminal: true })).code, 0)
})

test('a change of settings shows what changes, and with --dry-run changes nothing', async () => {
  await odradek('topic create alter-me')
  const dry = await odradek('topic alter alter-me -c segment.bytes=64MiB --dry-run')
  assert.match(dry.out, /alter-me {2}segment\.bytes: 1073741824 → 67108864/)
  assert.match((await odradek('config list topic/alter-me')).err, /default values/)
  await odradek('topic alter alter-me -p 4 -c segment.bytes=64MiB')
  assert.deepEqual(await json('config list topic/alter-me'), [
    { name: 'segment.bytes', value: '67108864', source: 'DYNAMIC_TOPIC_CONFIG', isReadOnly: false, isSensitive: false },
  ])
  assert.match((await odradek('config explain topic/alter-me segment.bytes')).out, /segment\.bytes = 67108864 +int/)
  assert.match((await odradek('config explain topic/alter-me segment.byte')).err, /Did you mean segment\.bytes\?/)
  assert.equal((await odradek('config set topic/alter-me --unset segment.bytes')).code, 0)
  assert.match((await odradek('config set topic/alter-me segment.bytes=many')).err, /segment\.bytes/)
})

test("lines become records, and records lines, JSON or bytes of one's own form", async () => {
  await odradek('topic create talk -p 2')
  const sent = await odradek('produce talk -K : -H from=test', { input: '1:one\r\n2:two\n3:three' })
  assert.equal(sent.code, 0, sent.err)
  const read = (await odradek('consume talk -e -o jsonl')).out
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line))
  assert.deepEqual(read.map(({ key, value }) => `${String(key)}=${String(value)}`).toSorted(), ['1=one', '2=two', '3=three'])
  assert.deepEqual(read[0]?.['headers'], [['from', 'test']])
  assert.equal((await odradek(['consume', 'talk', '-e', '-f', String.raw`%k/%v\n`, '--grep', 'th'])).out, '3/three\n')
  assert.equal((await odradek('consume talk -e -k ^2$ -f %v')).out, 'two')
  assert.equal((await odradek('consume talk -n 1 -o name')).out.split('\n').length, 2)
  assert.equal((await odradek('consume talk -e -s end')).out, '')
  const copied = await odradek('consume talk -e -o jsonl')
  await odradek('topic create copy')
  assert.equal((await odradek('produce copy --json-lines -p 0', { input: copied.out.replaceAll(/"partition":\d+,/g, '') })).code, 0)
  assert.equal((await odradek('consume copy -e -s -2 -o name')).out, 'copy-0@1\ncopy-0@2\n')
})

test('bytes that are no text survive, and tombstones are said to be some', async () => {
  await odradek('topic create bytes')
  await odradek('produce bytes --whole', { input: Buffer.from([0xff, 0x0a, 0x00]) })
  await odradek('produce bytes -k gone --tombstone')
  const out = (await odradek('consume bytes -e -o jsonl')).out
  assert.match(out, /"key":null,"valueBase64":"\/woA"/)
  assert.match(out, /"key":"gone","value":null/)
  assert.match((await odradek('consume bytes -e')).out, /0xff0a00\n.*gone \(tombstone\)/)
})

test('reading goes on until somebody interrupts it', async () => {
  await odradek('topic create live')
  const live = await odradek('consume live', {
    during: async (terminal) => {
      await odradek('produce live', { input: 'first\n' })
      await terminal.said('first')
      terminal.interrupt()
    },
  })
  assert.match(live.out, /live-0@0 first/)
})

test('a group is described, reset and deleted', async () => {
  await odradek('topic create grouped')
  await odradek('produce grouped', { input: '1\n2\n3\n' })
  assert.equal((await odradek('consume grouped -g readers -n 2 -o name')).code, 0)
  assert.deepEqual((await odradek('group describe readers -o csv')).out.split('\n')[1]?.split(',').slice(0, 6), [
    'readers',
    'grouped',
    '0',
    '2',
    '3',
    '1',
  ])
  assert.match((await odradek('lag readers')).out, /readers +grouped +1 +- +- +-\n/)
  const dry = await odradek('group reset readers --to start')
  assert.match(dry.out, /grouped +0 +2 +0\n/)
  assert.match(dry.err, /--execute does it/)
  assert.equal((await odradek('group reset readers --to -1 --execute')).code, 0)
  assert.match((await odradek('group describe readers')).out, /^readers {2}Empty, .*lag 2$/m)
  assert.match((await odradek('group describe reader')).err, /Did you mean readers\?/)
  assert.equal((await odradek('group delete readers --yes')).code, 0)
})

test('a file of topics is applied, and applied again there is nothing to do', async () => {
  const file = join(folder, 'topics.yaml')
  writeFileSync(file, 'topics:\n  applied:\n    partitions: 2\n    config: { retention.ms: 7d }\n')
  const first = await odradek(['apply', '-f', file, '--yes'])
  assert.equal(first.out, '+ applied  2 partitions, retention.ms=604800000\nDone.\n', first.err)
  assert.match((await odradek(['apply', '-f', file])).out, /Nothing to do/)
  writeFileSync(file, 'topics:\n  applied: { partitions: 1 }\n')
  assert.match((await odradek(['apply', '-f', file])).err, /cannot get fewer/)
})

test('a profile says where commands go', async () => {
  assert.equal((await odradek(`profile set here bootstrap.servers=${broker.bootstrapServers} sasl.jaas.config=x`)).code, 0)
  assert.match((await odradek('profile list -o json')).out, /"sasl\.jaas\.config": "\(secret\)"/)
  await odradek(`profile set here sasl.jaas.config=`)
  const env = { ODRADEK_BOOTSTRAP_SERVERS: undefined }
  assert.match((await odradek('cluster info', { env })).out, new RegExp(`${broker.port}`))
  assert.match((await odradek('cluster info --profile her', { env })).err, /Did you mean here\?/)
  assert.equal((await odradek('profile delete here')).code, 0)
})

test('the doctor tells a healthy cluster from a web server, a closed port, and an address that leads nowhere', async () => {
  const well = await odradek(['doctor', broker.bootstrapServers])
  assert.equal(well.code, 0, well.out)
  assert.match(well.out, /All is well/)

  const web = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
  await new Promise((listening) => web.on('listening', listening))
  const address: AddressInfo | string | null = web.address()
  assert(typeof address === 'object' && address !== null)
  const asked = await odradek(['doctor', `127.0.0.1:${address.port}`, '--timeout', '2s'])
  web.close()
  assert.equal(asked.code, 1)
  assert.match(asked.out, /an HTTP server listens there, not Kafka/)

  const closed = await odradek(['doctor', `127.0.0.1:${address.port}`])
  assert.match(closed.out, /nobody listens there.*\n.*odradek start --port/)

  await using astray = await startBroker({ config: { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${address.port}` } })
  const wrong = await odradek(['doctor', astray.bootstrapServers])
  assert.equal(wrong.code, 1)
  assert.match(wrong.out, /broker 1 says that clients reach it at .*nobody listens there.*\n.*advertised\.listeners=PLAINTEXT:\/\//)
})

test('what is wrong with a command line is told in one line, with exit code 2', async () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['topic create', /name topics, one or several/],
    ['topic create a --partition 3', /there is no option --partition here\. Did you mean --partitions\?/],
    ['topic create a -p many', /--partitions many: a whole number is wanted/],
    ['topic list -o xml', /it is one of table, wide, json/],
    ['topic list --json -o yaml', /contradict each other/],
    ['consume a -s yesterday', /it is start, end, an offset/],
    ['consume a -f %z', /%z means nothing/],
    ['consume a --grep [', /--grep \[/],
    ['produce', /name a topic/],
    ['lag --interval 5', /write a duration as/],
    ['completion tcsh', /one of bash, zsh, fish/],
  ]
  for (const [line, message] of wrong) {
    const { code, err } = await odradek(line)
    assert.equal(code, 2, `${line}: ${err}`)
    assert.match(err, message)
    assert.equal(err.trimEnd().split('\n').length, 2, err)
  }
  await assert.rejects(
    odradek('topic creat x'),
    (error) => error instanceof UsageError && /Did you mean odradek topic create\?/.test(error.message),
  )
})

test('a cluster that is not there is told of in one line, with exit code 1 and no stack', async () => {
  const { code, err } = await odradek('topic list -b 127.0.0.1:1 --timeout 300ms')
  assert.equal(code, 1)
  assert.equal(err.trimEnd().split('\n').length, 1, err)
  assert.match(err, /^odradek: .*127\.0\.0\.1:1/)
})

test('the demo fills a shop, and flights from a file', async () => {
  const shop = await odradek('demo --clicks 200')
  assert.equal(shop.code, 0, shop.err)
  assert.match(shop.out, /200 clicks/)
  assert.equal((await odradek('topic list -r shop.* -o name')).out, 'shop.clicks\nshop.customers\nshop.orders\nshop.payments\n')
  assert.equal((await odradek('consume shop.clicks -e -o name')).out.trim().split('\n').length, 200)
  const file = join(folder, 'flights.json')
  writeFileSync(file, JSON.stringify([{ date: '2001/01/01 06:55', delay: -19, distance: 1797, origin: 'LAX', destination: 'BNA' }]))
  assert.match((await odradek(['demo', 'flights', '--file', file])).out, /^1 flights in the topic flights/)
  assert.equal((await odradek(['consume', 'flights', '-e', '-f', '%k'])).out, 'LAX')
  writeFileSync(file, '[1]')
  assert.match((await odradek(['demo', 'flights', '--file', file])).err, /is no list of flights/)
})
