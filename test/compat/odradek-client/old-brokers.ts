import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const peer = (name: string): string => new URL(`../../../tools/peers/${name}`, import.meta.url).pathname

/** An Apache Kafka that is not of today, or does as if it were not. */
export interface Vintage {
  readonly name: string
  /** Brokers of the fast half: the oldest, and the youngest of the old ones. */
  readonly isFast: boolean
  readonly kit: string
  readonly install: readonly string[]
  readonly start: readonly string[]
}

const old = (version: string, { isFast }: { isFast: boolean }): Vintage => ({
  name: `Apache Kafka ${version}`,
  isFast,
  kit: peer('old-kafka'),
  install: ['install', '--version', version],
  start: ['--version', version],
})

export const vintages: readonly Vintage[] = [
  old('2.1.1', { isFast: true }),
  old('2.8.2', { isFast: false }),
  old('3.9.1', { isFast: true }),
  {
    name: 'the pinned Apache Kafka, with the features of before',
    isFast: false,
    kit: peer('apache-kafka'),
    install: ['install'],
    start: ['--feature', 'transaction.version=0', '--feature', 'group.version=0'],
  },
]

/** What depends on the age of a broker; for what is left it makes no difference who answers. */
export const themesOfAge = [
  'groups',
  'transactions',
  'commits',
  'consuming',
  'positions',
  'producing',
  'compression',
  'administering',
  'operating',
]

// All of them had ten seconds, or a minute, between two looks at transactions that take too long.
const settings = ['--set', 'transaction.abort.timed.out.transaction.cleanup.interval.ms=1000']
const env = { ...process.env, KAFKA_HEAP: process.env['KAFKA_HEAP'] ?? '-Xms256m -Xmx400m' }

/** One broker of such a Kafka, on this machine. */
export class OldBroker implements AsyncDisposable {
  readonly bootstrap: string
  readonly #kit: string
  readonly #folder: string

  private constructor(bootstrap: string, kit: string, folder: string) {
    this.bootstrap = bootstrap
    this.#kit = kit
    this.#folder = folder
  }

  static async start({ kit, install, start }: Vintage): Promise<OldBroker> {
    await run(kit, [...install])
    const folder = mkdtempSync(join(tmpdir(), 'odradek-compat-old-'))
    for (let attempt = 1; ; attempt++) {
      const port = await freePort(2)
      try {
        await run(kit, ['start', ...start, '--port', String(port), '--dir', folder, '--detach', ...settings], { env })
        return new OldBroker(`127.0.0.1:${port}`, kit, folder)
      } catch (error) {
        if (attempt === 3) throw error
      }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    execFileSync(this.#kit, ['stop', '--dir', this.#folder, '--kill'])
    rmSync(this.#folder, { recursive: true, force: true })
    return Promise.resolve()
  }
}
