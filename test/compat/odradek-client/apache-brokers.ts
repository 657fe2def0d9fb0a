import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kit } from '../present.ts'
import { forgetful } from './forgetful.ts'
import { freePort } from './free-port.ts'

const run = promisify(execFile)

const clusterSettings = [
  'broker.rack=rack-%n',
  'replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector',
  'default.replication.factor=3',
  'min.insync.replicas=2',
  'offsets.topic.num.partitions=3',
  'transaction.state.log.num.partitions=3',
  // A dead broker is noticed, and a living one in sync again, within seconds.
  'broker.session.timeout.ms=3000',
  'broker.heartbeat.interval.ms=500',
  'replica.lag.time.max.ms=3000',
  'auto.leader.rebalance.enable=false',
]

// They share a machine with us, and perhaps with each other.
const env = { ...process.env, KAFKA_HEAP: process.env['KAFKA_HEAP'] ?? '-Xms256m -Xmx256m' }

/** Brokers of Apache Kafka on this machine, one or a cluster, of which any can be killed and started again. */
export class ApacheBrokers implements AsyncDisposable {
  readonly bootstrap: string
  readonly #folder: string

  private constructor(bootstrap: string, folder: string) {
    this.bootstrap = bootstrap
    this.#folder = folder
  }

  static async start(count: 1 | 3): Promise<ApacheBrokers> {
    const missing = kit.missing()
    if (missing !== undefined) throw new Error(missing)
    const folder = mkdtempSync(join(tmpdir(), 'odradek-compat-apache-'))
    const settings = (count === 1 ? forgetful : clusterSettings).flatMap((line) => ['--set', line])
    for (let attempt = 1; ; attempt++) {
      const port = await freePort(10 * count)
      try {
        await run(kit.path, ['start', '--port', String(port), '--dir', folder, '--brokers', String(count), '--detach', ...settings], {
          env,
        })
        const ports = Array.from({ length: count }, (_, i) => port + 10 * i)
        return new ApacheBrokers(ports.map((each) => `127.0.0.1:${each}`).join(','), folder)
      } catch (error) {
        if (attempt === 3) throw error
      }
    }
  }

  /** As a power cut ends a broker. */
  kill(node: number): void {
    const pid = Number(readFileSync(`${this.#folder}/pids`, 'utf8').split('\n')[node - 1])
    process.kill(pid, 'SIGKILL')
  }

  async revive(node: number): Promise<void> {
    await run(kit.path, ['revive', '--dir', this.#folder, '--node', String(node)], { env })
  }

  [Symbol.asyncDispose](): Promise<void> {
    execFileSync(kit.path, ['stop', '--dir', this.#folder, '--kill'])
    rmSync(this.#folder, { recursive: true, force: true })
    return Promise.resolve()
  }
}
