import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { UserError } from '@odradek/common/errors'
import { RecordedTerminal } from '../../recorded-terminal.ts'
import { testBrokerArguments } from './arguments.ts'
import { testBroker } from './test-broker.ts'

const scratch = mkdtempSync(join(tmpdir(), 'odradek-test-broker-command-'))
after(() => rmSync(scratch, { recursive: true }))

/** A command in JavaScript. */
const node = (script: string, ...args: readonly string[]): readonly string[] => ['--', process.execPath, '-e', script, ...args]

test('a command finds the broker by its environment, and its exit code is ours', async () => {
  const script = `
    const [host, port] = process.env.KAFKA_BOOTSTRAP_SERVERS.split(':')
    require('node:net').connect(Number(port), host).once('connect', () => process.exit(7))`
  assert.equal(await testBroker(node(script), new RecordedTerminal({ env: process.env })), 7)
  assert.equal(await testBroker(node('process.exit(0)'), new RecordedTerminal({ env: process.env })), 0)
})

test('what stands behind -- is the command, with options of its own', async () => {
  const file = join(scratch, 'words')
  const script = `require('node:fs').writeFileSync(process.argv[1], process.argv.slice(2).join() + process.env.OWN)`
  const terminal = new RecordedTerminal({ env: { ...process.env, OWN: '!' } })
  assert.equal(await testBroker(['--topic', 'orders:3', ...node(script, file, '--help', '--port', 'x')], terminal), 0)
  assert.equal(readFileSync(file, 'utf8'), '--help,--port,x!')
  assert.equal(terminal.stdout, '')
})

test('--print-env writes the variables first; without a command the broker runs until it is interrupted, and is gone then', async () => {
  const terminal = new RecordedTerminal()
  const running = testBroker(['--print-env'], terminal)
  await terminal.said(/^KAFKA_BOOTSTRAP_SERVERS=127\.0\.0\.1:\d+$/m)
  const port = Number(/:(\d+)$/m.exec(terminal.stdout)?.[1])
  await new Promise<void>((resolve) => connect(port, '127.0.0.1', resolve).unref())
  terminal.interrupt()
  assert.equal(await running, 0)
  await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve))

  const silent = new RecordedTerminal()
  const other = testBroker([], silent)
  await silent.said(/^Kafka for tests at 127\.0\.0\.1:\d+/)
  silent.interrupt('SIGTERM')
  assert.equal(await other, 0)
})

test('a signal that comes to us alone ends the command, and its number is in the exit code', async () => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    const file = join(scratch, signal)
    const terminal = new RecordedTerminal({ env: process.env })
    const running = testBroker(node(`require('node:fs').writeFileSync(process.argv[1], ''); setInterval(() => {}, 1000)`, file), terminal)
    while (!exists(file)) await new Promise((resolve) => setImmediate(resolve))
    terminal.interrupt(signal)
    assert.equal(await running, code)
  }
})

test('a command that is not there is 127, as in a shell', async () => {
  const terminal = new RecordedTerminal({ env: process.env })
  assert.equal(await testBroker(['--', 'no-such-program'], terminal), 127)
  assert.match(terminal.stderr, /no-such-program cannot be run: there is no such program on the PATH/)
})

test('options become those of the broker', () => {
  const args = [
    '--port',
    '1234',
    '--topic',
    'a',
    '--topic',
    'b:3',
    '--config',
    'x=y=z',
    '--as-version',
    '3.5',
    '--seed',
    '7',
    '--log-level',
    'warn',
  ]
  assert.deepEqual(testBrokerArguments(args), {
    printsEnv: false,
    command: [],
    broker: { port: 1234, topics: { a: 1, b: 3 }, config: { x: 'y=z' }, asVersion: '3.5', seed: '7', logLevel: 'warn' },
  })
})

test('a wrong command line is told with what to write', async () => {
  const wrong: readonly [readonly string[], RegExp][] = [
    [['npm', 'test'], /write -- before the command, as in test-broker -- npm/],
    [['--'], /comes the command to run/],
    [['--port', 'x'], /--port x is no port/],
    [['--topic', 'a:0'], /as in orders:3/],
    [['--config', 'a'], /give name=value/],
    [['--log-level', 'loud'], /one of silent, error/],
    [['--nonsense'], /--nonsense/],
  ]
  for (const [args, message] of wrong) assert.throws(() => testBrokerArguments(args), message)
  await assert.rejects(testBroker(['--as-version', '9', '--', 'true'], new RecordedTerminal()), UserError)
})

test('--help says all this', async () => {
  const terminal = new RecordedTerminal()
  assert.equal(await testBroker(['--help'], terminal), 0)
  assert.match(terminal.stdout, /odradek test-broker --topic orders:3 -- npm test/)
})

function exists(file: string): boolean {
  try {
    readFileSync(file)
    return true
  } catch {
    return false
  }
}
