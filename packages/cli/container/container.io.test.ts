import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { Kafka } from '@odradek/client'

const entry = new URL('../odradek.js', import.meta.url).pathname

test('a container started with the environment of an image serves its topics, is healthy, and stops at SIGTERM', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-container-'))
  const config = join(folder, 'server.properties')
  writeFileSync(config, 'listeners=PLAINTEXT://127.0.0.1:0\nnum.partitions=5\nhttp.port=0\n')
  const environment = {
    PATH: process.env['PATH'],
    CI: 'true',
    ODRADEK_CONFIG: config,
    KAFKA_LOG_DIRS: join(folder, 'data'),
    KAFKA_CREATE_TOPICS: 'orders:3:1,users:1:1:compact,wide:1:9',
    KAFKA_ZOOKEEPER_CONNECT: 'zookeeper:2181',
    CLUSTER_ID: '4L6g3nShT-eMCtK--X86sw',
  }
  const child = spawn(process.execPath, [entry, 'container'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const ended = new Promise<number | null>((done) => child.on('close', done))
    const said: string[] = []
    const bootstrap = await new Promise<string>((ready, fail) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        said.push(line)
        if (line.includes('"event":"ready"')) ready(String(Reflect.get(JSON.parse(line), 'bootstrap')))
      })
      void ended.then((code) => fail(new Error(`ended with ${code}: ${said.join('\n')}`)))
    })
    const kafka = new Kafka({ bootstrapServers: bootstrap })
    const admin = kafka.admin()
    const topics = await admin.describeTopics(['orders', 'users'])
    assert.equal(topics.get('orders')?.partitions.length, 3)
    assert.equal((await admin.describeCluster()).clusterId, environment.CLUSTER_ID)
    await kafka.close()
    assert.match(said.join('\n'), /ZooKeeper is not needed/)
    assert.match(said.join('\n'), /Could not make a topic that KAFKA_CREATE_TOPICS asks for.*wide/)

    const health = await run(['health'], environment)
    assert.deepEqual(health, { code: 0, out: 'ready\n' })
    assert.equal((await run(['wait', '--timeout', '5s'], environment)).code, 0)
    child.kill('SIGTERM')
    assert.equal(await ended, 0)
    assert.deepEqual(await run(['health'], environment), { code: 1, out: 'not running\n' })
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
})

async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ readonly code: number | null; readonly out: string }> {
  const child = spawn(process.execPath, [entry, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  return { code: await new Promise((done) => child.on('close', done)), out }
}
