import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, monotonicSeconds, startedAt } from '../measure/process.ts'
import { awaitEnd } from './contender.ts'
import type { Contender, RunningBroker, StartOptions } from './contender.ts'

const kit = join(import.meta.dirname, '../../tools/peers/apache-kafka')
/** What a JVM takes until it has compiled what it runs all the time. */
const warmUpSeconds = 10

/** Apache Kafka out of the kit, or undefined with a reason when it is not installed. */
export function apacheKafka(): Contender | { readonly missing: string } {
  try {
    execFileSync(kit, ['classpath'], { stdio: 'pipe' })
  } catch {
    return { missing: 'Apache Kafka is not installed: run tools/peers/apache-kafka install' }
  }
  const version = execFileSync(kit, ['version'], { encoding: 'utf8' }).trim()
  return { name: 'apache-kafka', version, warmUpSeconds, start }
}

async function start(options: StartOptions): Promise<RunningBroker> {
  const { port, directory } = options
  const settings = Object.entries(options.settings).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  const words = ['start', '--port', String(port), '--dir', directory, '--timeout', '600', ...settings]
  const began = monotonicSeconds()
  // The script stays in front of the broker: it is what knows how to end it.
  const script = spawn(kit, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let complaint = ''
  script.stderr.on('data', (text: Buffer) => (complaint += text.toString()))
  const ready = new Promise<void>((resolve, reject) => {
    script.stdout.on('data', (text: Buffer) => text.includes('ready') && resolve())
    script.once('exit', () => reject(new Error(`Apache Kafka did not start; see ${directory}/1/broker.log\n${complaint}`)))
  })
  // Whoever does not wait for it must not be surprised by its failure either.
  ready.catch(() => {})
  const pid = await pidIn(directory, began)
  const end = (signal: NodeJS.Signals) => async () => {
    process.kill(pid, signal)
    await awaitEnd(pid)
    if (script.exitCode === null) script.kill('SIGTERM')
    if (script.exitCode === null) await new Promise((resolve) => script.once('exit', resolve))
  }
  const broker: RunningBroker = {
    name: 'apache-kafka',
    port,
    pid,
    directory,
    startedAt: startedAt(pid),
    warmUpSeconds,
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
  }
  if (options.awaitReady) await ready
  return broker
}

/** The kit notes the broker's pid when it has formatted the storage, if that was new, and started it. */
async function pidIn(directory: string, notBefore: number): Promise<number> {
  const file = join(directory, 'pids')
  for (const deadline = monotonicSeconds() + 60; monotonicSeconds() < deadline;) {
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : 0
    if (pid > 0 && isAlive(pid) && startedAt(pid) > notBefore - 0.02) return pid
    await sleep(2)
  }
  throw new Error(`Apache Kafka did not start in ${directory}`)
}
