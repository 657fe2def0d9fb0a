import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Kafka } from '@odradek/client'
import { readRunning } from '../../running-file.ts'
import { tool as stopTool } from '../server-stop/server-stop.ts'
import { trial } from '../trial.ts'
import { tool } from './server-start.ts'

const program = join(import.meta.dirname, '../../kafka-tool.js')

/** A server.properties with a node id that no other broker of this machine has. */
function server(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'odradek-server-'))
  const data = join(root, 'data')
  const nodeId = 100_000 + process.pid
  const config = join(root, 'server.properties')
  writeFileSync(config, `node.id=${nodeId}\nlisteners=PLAINTEXT://127.0.0.1:1\nlog.dirs=${data}\nhttp.port=-1\n`)
  t.after(() => {
    const running = readRunning(data)
    if (running !== undefined) process.kill(running.pid, 'SIGKILL')
    rmSync(root, { recursive: true, maxRetries: 10 })
  })
  return { root, data, config, nodeId }
}

test('a broker starts in the background with the settings of a file, some of them overridden, and is stopped by its id', async (t) => {
  const { root, data, config, nodeId } = server(t)
  const args = ['kafka-server-start', '-daemon', config, '--override', 'listeners=PLAINTEXT://127.0.0.1:0']
  const started = spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8', timeout: 60_000 })
  assert.equal(started.status, 0, started.stderr)
  assert.equal(started.stdout, '')
  assert.match(started.stderr, /^Process \d+ runs in the background; its output goes to .*logs\/kafkaServer\.out\n$/)
  const running = readRunning(data)
  assert.ok(running !== undefined)
  await using kafka = new Kafka({ bootstrapServers: running.bootstrap })
  const { brokers } = await kafka.admin().describeCluster()
  assert.deepEqual(
    brokers.map(({ id }) => id),
    [nodeId],
  )
  await kafka.close()
  assert.deepEqual(await trial(stopTool, [`--node-id=${nodeId}`]), { code: 0, out: '', err: '' })
  while (readRunning(data) !== undefined) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.match(readFileSync(join(root, 'logs/kafkaServer.out'), 'utf8'), /Ready/)
})

test('a broker that can’t start in the background says why', (t) => {
  const { root, config } = server(t)
  const args = ['kafka-server-start', '-daemon', config, '--override', 'listeners=NOWHERE']
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8', timeout: 60_000 })
  assert.equal(status, 1)
  assert.match(stderr, /ERROR Exiting Kafka due to fatal exception during startup\. \(kafka\.Kafka\$\)\n.*listeners/)
})

test('a port that somebody has is told with a way out that this tool knows', async (t) => {
  const { root, config } = server(t)
  const holder = createServer().listen(0, '127.0.0.1')
  t.after(() => holder.close())
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const args = ['kafka-server-start', config, '--override', `listeners=PLAINTEXT://127.0.0.1:${port}`]
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8', timeout: 60_000 })
  assert.equal(status, 1)
  assert.match(stderr, new RegExp(`\\nport ${port} is used by .*; use --override listeners=PLAINTEXT://localhost:\\d+ or stop it\\n$`))
})

test('a command line that says nothing useful is told how to do it', async (t) => {
  const { config } = server(t)
  const usage = 'USAGE: kafka-server-start [-daemon] server.properties [--override property=value]*\n'
  assert.deepEqual(await trial(tool, []), { code: 1, out: usage, err: '' })
  const told = async (...args: readonly string[]): Promise<string> => {
    const { code, err } = await trial(tool, args)
    assert.equal(code, 1)
    return err
  }
  assert.match(await told('--help'), /^USAGE: kafka-server-start .*\nOption {2,}Description/)
  assert.match(await told(config, 'more', 'words'), /^Found non argument parameters: more,words\n/)
  assert.equal(
    await told('/no/such.properties'),
    '[T] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\njava.nio.file.NoSuchFileException: /no/such.properties\n',
  )
  assert.match(await told(config, '--overide', 'a=b'), /\njoptsimple\.UnrecognizedOptionException: overide is not a recognized option\n$/)
  assert.match((await trial(tool, ['--version'])).out, /^4\.3\.1 /)
})
