import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const entry = new URL('../../packages/cli/odradek.js', import.meta.url).pathname

/** One of our brokers as a user runs it, in its own process and folder. */
export interface Ours {
  readonly bootstrap: string
  readonly pid: number
  readonly folder: string
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

/** Starts `odradek start` on a free port (or `port`), and waits until it says that it is ready. */
export async function startOurs(folder: string, overrides: readonly string[] = [], port = 0): Promise<Ours> {
  const flags = ['group.initial.rebalance.delay.ms=0', 'num.partitions=3', 'http.port=0', ...overrides].flatMap((line) => [
    '--override',
    line,
  ])
  const child = spawn(process.execPath, [entry, 'start', '--port', String(port), '--data-dir', `${folder}/data`, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: 'true' },
  })
  const said: string[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  const ended = new Promise<number | null>((done) => child.on('close', done))
  const bootstrap = await new Promise<string>((ready, failed) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line)
      const event: { event?: string; bootstrap?: string } = line.startsWith('{') ? JSON.parse(line) : {}
      if (event.event === 'ready' && event.bootstrap !== undefined) ready(event.bootstrap)
    })
    void ended.then((code) => failed(new Error(`our broker ended with ${code} before it was ready:\n${said.slice(-10).join('\n')}`)))
  })
  return {
    bootstrap,
    pid: child.pid ?? -1,
    folder: `${folder}/data`,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}
