import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const entry = new URL('./odradek.js', import.meta.url).pathname
const scratch = mkdtempSync(join(tmpdir(), 'odradek-cli-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** Runs the command as a user does, without a terminal; `onLine` may act on each line of stdout. */
async function odradek(args: readonly string[], onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined) {
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: scratch,
    env: { ...process.env, CI: 'true' },
  })
  let [out, errors, rest] = ['', '', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    const lines = `${rest}${chunk.toString()}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line, (signal) => child.kill(signal))
  })
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { code, out, errors }
}

const start = (dataDir: string, ...args: readonly string[]): readonly string[] => [
  'start',
  '--port',
  '0',
  '--data-dir',
  dataDir,
  '--override',
  'http.port=0',
  ...args,
]
const whenReady = (signal: NodeJS.Signals) => (line: string, kill: (signal: NodeJS.Signals) => void) => {
  if (line.includes('"event":"ready"')) kill(signal)
}

test('a signal right behind the ready line stops the broker cleanly', async () => {
  // The handlers were once installed after that line: whoever was quick killed the broker without a clean mark.
  const { code, out } = await odradek(start('quick'), whenReady('SIGTERM'))
  assert.equal(code, 0, out)
  assert(existsSync(join(scratch, 'quick/.kafka_cleanshutdown')))
  assert.equal((await odradek(['status', '--data-dir', 'quick'])).code, 1)
})

test('Ctrl-C under npm comes twice and is one wish; the broker still stops cleanly', async () => {
  const { code, out } = await odradek(start('twice'), (line, kill) => {
    if (!line.includes('"event":"ready"')) return
    kill('SIGINT')
    setImmediate(() => kill('SIGINT'))
  })
  assert.equal(code, 0, out)
  assert(existsSync(join(scratch, 'twice/.kafka_cleanshutdown')))
})

test('each line without a terminal is JSON', async () => {
  const { out } = await odradek(start('json'), whenReady('SIGINT'))
  for (const line of out.trimEnd().split('\n')) assert.equal(typeof JSON.parse(line).msg, 'string')
})

test('a port that is taken: who has it, and what to do', async () => {
  const server = createServer().listen(0, 'localhost')
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const { code, errors } = await odradek(['start', '--port', String(port), '--data-dir', 'taken', '--override', 'http.port=-1'])
  assert.equal(code, 1)
  assert.match(errors, new RegExp(`^odradek: port ${port} is used by .*; use --port ${port + 100} or stop it\n$`))
  server.close()
})

test('a data directory that is a file gets a sentence, not a stack', async () => {
  writeFileSync(join(scratch, 'a-file'), 'text')
  for (const path of ['a-file', 'a-file/below']) {
    const { code, errors } = await odradek(start(path))
    assert.equal(code, 1)
    assert.equal(errors.trimEnd().split('\n').length, 1, errors)
  }
})

test('a folder in the place of a file gets a sentence, not a stack', async () => {
  for (const name of ['cluster-metadata.journal', '.kafka_cleanshutdown', '.lock', 'recovery-point-offset-checkpoint']) {
    mkdirSync(join(scratch, `folder ${name}`, name), { recursive: true })
    const { code, errors } = await odradek(start(`folder ${name}`))
    assert.equal(code, 1)
    assert.equal(errors.trimEnd().split('\n').length, 1, errors)
    assert.match(errors, /a folder where a file should be|says which/)
  }
})

test('the data directory of an Apache Kafka is refused and left as it is', async () => {
  // It was once taken over, and all its partitions, __cluster_metadata among them, were put aside as strays.
  const folder = join(scratch, 'apache')
  mkdirSync(join(folder, '__cluster_metadata-0'), { recursive: true })
  mkdirSync(join(folder, 'orders-0'))
  writeFileSync(
    join(folder, 'meta.properties'),
    'version=1\ncluster.id=odradekPeersCluster0AA\nnode.id=1\ndirectory.id=odradekPeersBroker001A\n',
  )
  const before = readdirSync(folder)
  const { code, errors } = await odradek(start('apache'))
  assert.equal(code, 1)
  assert.match(errors, /nothing was touched/)
  assert.deepEqual(readdirSync(folder), before)
})

test('help and version, wherever they are asked for', async () => {
  assert.match((await odradek([])).out, /odradek start/)
  assert.match((await odradek(['start', '--help'])).out, /--ephemeral/)
  assert.match((await odradek(['--version'])).out, /^\d+\.\d+\.\d+\n$/)
  const wrong = await odradek(['strat'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.errors, /there is no command "strat"/)
})

test('a lock from before a reboot is watched and taken, not a reason to end without a word', async () => {
  // Nothing but an unreferenced timer was left to wait for, so that Node ended the process, at every start for ever.
  mkdirSync(join(scratch, 'rebooted'))
  writeFileSync(join(scratch, 'rebooted/.lock'), JSON.stringify({ pid: 1, startedAt: '5', realm: 'another boot|pid:[1]|host', token: 'x' }))
  const { code, out } = await odradek(start('rebooted'), whenReady('SIGTERM'))
  assert.equal(code, 0)
  assert.match(out, /watching whether its holder lives/)
})
