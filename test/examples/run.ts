/**
 * Runs every example as a reader would, each in a process of its own against a broker that it shares with the others, and looks at what it printed.
 *
 *   node test/examples/run.ts                         against a broker of ours; the transactional one against Apache Kafka, if that is installed; those with
 *                                                     clients of others beside these, see beside-peers.ts
 *   node test/examples/run.ts --bootstrap host:port   all of them against that broker
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BrokerProcess } from '@odradek/testing'
import { freePort } from '../compat/odradek-client/free-port.ts'
import { runPeerExamples } from './beside-peers.ts'

interface Example {
  readonly file: string
  /** A piece of its last line. */
  readonly says: string
  readonly needs?: 'transactions'
}

const examples: readonly Example[] = [
  { file: 'first-producer-and-consumer.ts', says: 'customer-1 ordered for 3' },
  { file: 'batch-processing.ts', says: '10000 readings, the warmest: 24.9 °C' },
  { file: 'typed-topics.ts', says: 'c1' },
  { file: 'graceful-shutdown.ts', says: 'stopped in order after ten or a few more jobs' },
  { file: 'back-pressure.ts', says: 'read back' },
  { file: 'commits.ts', says: 'goes on at 0' },
  { file: 'administration.ts', says: 'from the beginning again: 30 parcels are left' },
  { file: 'errors.ts', says: '2 good readings, 1 put aside' },
  { file: 'observability.ts', says: '1 partitions revoked' },
  { file: 'testing-without-docker.test.ts', says: '' },
  { file: 'from-kafkajs-compat.ts', says: '100 orders billed, all loaded' },
  { file: 'from-kafkajs-native.ts', says: '100 orders billed, all loaded' },
  { file: 'from-kafkajs-rolling.ts', says: '40 jobs done by two members of one group' },
  { file: 'exactly-once-copy.ts', says: '100 receipts for 100 payments', needs: 'transactions' },
  { file: 'exactly-once-crash.ts', says: '100 of 100 booked, each once', needs: 'transactions' },
]

const root = join(import.meta.dirname, '../..')
const kit = join(root, 'tools/peers/apache-kafka')
const { values: flags } = parseArgs({ options: { bootstrap: { type: 'string' } } })
let [passed, failed] = [0, 0]

if (flags.bootstrap !== undefined) for (const example of examples) await run(example, flags.bootstrap)
else {
  await using broker = await BrokerProcess.start()
  for (const example of examples) if (example.needs === undefined) await run(example, `127.0.0.1:${broker.port}`)
  await onApache(examples.filter(({ needs }) => needs !== undefined))
  besidePeers()
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 ? 1 : 0

async function run({ file, says }: Example, bootstrap: string): Promise<void> {
  const child = spawn(process.execPath, ['--no-warnings', join(root, 'examples', file)], {
    env: { ...process.env, BOOTSTRAP: bootstrap },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
  const patience = setTimeout(() => child.kill('SIGKILL'), 60_000)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(patience)
  const right = code === 0 && said.trim().split('\n').at(-1)?.includes(says) === true
  if (right) passed++
  else failed++
  process.stdout.write(right ? `  ok   ${file}\n` : ` FAIL  ${file} ended with ${code}\n${said}\n`)
}

/** Those that bring their own broker, and test what others have written. */
function besidePeers(): void {
  for (const { file, missing, failure } of runPeerExamples()) {
    if (missing !== undefined) process.stdout.write(`  not run, ${missing}: ${file}\n`)
    else if (failure === undefined) passed++
    else failed++
    if (missing === undefined) process.stdout.write(failure === undefined ? `  ok   ${file}\n` : ` FAIL  ${file}\n${failure}\n`)
  }
}

async function onApache(list: readonly Example[]): Promise<void> {
  try {
    execFileSync(kit, ['classpath'], { stdio: 'pipe' })
  } catch {
    process.stdout.write(
      `  not run, Apache Kafka is not installed here (tools/peers/apache-kafka install): ${list.map(({ file }) => file).join(', ')}\n`,
    )
    return
  }
  const directory = mkdtempSync(join(tmpdir(), 'odradek-examples-'))
  const port = await freePort(2)
  try {
    execFileSync(kit, ['start', '--port', String(port), '--dir', directory, '--detach'], { stdio: 'pipe' })
    for (const example of list) await run(example, `127.0.0.1:${port}`)
  } finally {
    execFileSync(kit, ['stop', '--dir', directory], { stdio: 'pipe' })
    rmSync(directory, { recursive: true, force: true })
  }
}
