import assert from 'node:assert/strict'
import type { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { WireClient } from './wire-client.ts'

/** The broker as a user starts it, in a process of its own: for tests that look at its memory and its file descriptors. */
export class BrokerProcess implements AsyncDisposable {
  readonly port: number
  /** `http://127.0.0.1:40123`. */
  readonly http: string
  /** What it has logged. */
  readonly lines: LoggedLine[]
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>

  /** Starts `odradek start` on a free port, by default with everything in memory. */
  static async start(
    options: {
      readonly config?: Readonly<Record<string, string>>
      readonly dataDir?: string
      /** How many files it may have open, where that is to be fewer than usual. */
      readonly openFiles?: number
    } = {},
  ): Promise<BrokerProcess> {
    const { config = {}, dataDir, openFiles } = options
    const settings = { 'http.port': '0', 'group.initial.rebalance.delay.ms': '0', 'offsets.topic.num.partitions': '1', ...config }
    const overrides = Object.entries(settings).flatMap(([key, value]) => ['--override', `${key}=${value}`])
    const place = dataDir === undefined ? ['--ephemeral'] : ['--data-dir', dataDir]
    const entry = new URL('../cli/odradek.js', import.meta.url).pathname
    const command = [process.execPath, entry, 'start', '--port', '0', ...place, ...overrides]
    const limited = openFiles === undefined ? command : ['/bin/sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh', ...command]
    const child = spawn(limited[0] ?? '', limited.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CI: 'true' },
    })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    let complaints = ''
    child.stderr.on('data', (chunk: Buffer) => (complaints += String(chunk)))
    const lines: LoggedLine[] = []
    const ready = await new Promise<LoggedLine>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line: LoggedLine = JSON.parse(text)
        lines.push(line)
        if (line.event === 'ready') resolve(line)
      })
      void ended.then((code) => reject(new Error(`the broker ended with ${code} before it was ready: ${complaints}`)))
    })
    return new BrokerProcess(child, ended, lines, ready)
  }

  private constructor(child: ChildProcess, ended: Promise<number | null>, lines: LoggedLine[], ready: LoggedLine) {
    this.#child = child
    this.#ended = ended
    this.lines = lines
    this.port = Number(String(ready.bootstrap).split(':').at(-1))
    this.http = String(ready.http)
  }

  /** Bytes of it that are in memory. Linux only. */
  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'latin1')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
  }

  /** File descriptors that it has open. Linux only. */
  get openFiles(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length
  }

  /** Seconds of processor time so far. Linux only. */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1')
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
    return (Number(user) + Number(system)) / 100
  }

  connect(options?: Parameters<typeof WireClient.connect>[1]): Promise<WireClient> {
    return WireClient.connect({ port: this.port }, options)
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const answer = await fetch(`${this.http}/metrics`)
    const text = await answer.text()
    const value = text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1)
    assert(value !== undefined, `there is no metric ${name}`)
    return Number(value)
  }

  /** Stops it in order and gives its exit code. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal)
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** A line of the log as JSON. */
export interface LoggedLine {
  readonly level: string | number
  readonly msg?: string
  readonly reason?: string
  readonly event?: string
  readonly bootstrap?: string
  readonly http?: string
}
