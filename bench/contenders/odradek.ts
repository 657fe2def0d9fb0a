import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { monotonicSeconds } from '../measure/process.ts'
import { awaitEnd, awaitPort } from './contender.ts'
import type { Contender, RunningBroker, Settings, StartOptions } from './contender.ts'

const repository = join(import.meta.dirname, '../..')
const entry = join(repository, 'packages/cli/odradek.js')

/** Ours, from the sources of this checkout; or by another command, in which `{port}`, `{directory}` and `{settings}` are filled in. */
export function odradek(command?: string): Contender {
  const words = command?.split(' ') ?? [
    process.execPath,
    '--max-semi-space-size=16',
    entry,
    'start',
    '--port',
    '{port}',
    '--data-dir',
    '{directory}',
    '{settings}',
  ]
  return { name: 'odradek', version: versionOf(), warmUpSeconds: 1, start: (options) => start(words, options) }
}

async function start(words: readonly string[], options: StartOptions): Promise<RunningBroker> {
  const { port, directory } = options
  mkdirSync(directory, { recursive: true })
  const [program = '', ...rest] = words.flatMap((word) => fill(word, port, directory, options.settings))
  const log = openSync(join(directory, '..', `odradek-${port}.log`), 'a')
  const startedAt = monotonicSeconds()
  const child = spawn(program, rest, { stdio: ['ignore', log, log] })
  closeSync(log)
  const pid = child.pid
  if (pid === undefined) throw new Error(`${program} could not be started`)
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal)
    await awaitEnd(pid)
  }
  const broker: RunningBroker = {
    name: 'odradek',
    port,
    pid,
    directory,
    startedAt,
    warmUpSeconds: 1,
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
  }
  if (options.awaitReady) await awaitPort(port, pid)
  return broker
}

function fill(word: string, port: number, directory: string, settings: Settings): readonly string[] {
  if (word === '{settings}') return Object.entries(settings).flatMap(([key, value]) => ['--override', `${key}=${value}`])
  return [word.replace('{port}', String(port)).replace('{directory}', directory)]
}

function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(repository, 'packages/cli/package.json'), 'utf8'))
  const found = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined
  return typeof found === 'string' ? found : 'unknown'
}
