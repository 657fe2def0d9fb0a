import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { readRunning } from '../../running-file.ts'
import type { Terminal } from '../../terminal.ts'

/** A start takes some 100 ms; longer than this only one that goes through logs after a crash. */
const patienceMs = 10_000
const betweenMs = 50

/**
 * Starts this program again, without `-daemon` and in the background, its output going to `kafkaServer.out` in LOG_DIR (by default `logs`). Kafka's script ends
 * at once and says nothing; this waits until the broker serves, or tells why it does not.
 */
export async function startDaemon(args: readonly string[], settings: ReadonlyMap<string, string>, terminal: Terminal): Promise<number> {
  const { env } = terminal
  const folder = resolve(env['LOG_DIR'] ?? 'logs')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'kafkaServer.out')
  const output = openSync(path, 'w')
  const child = spawn(process.execPath, [...process.execArgv, ...thisProgram(process.argv[1] ?? ''), ...args], {
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, ...env },
  })
  closeSync(output)
  const ended = new Promise<number>((resolveCode) => {
    child.on('exit', (code) => resolveCode(code ?? 1))
    child.on('error', () => resolveCode(1))
  })
  const [directory = ''] = (settings.get('log.dirs') ?? settings.get('log.dir') ?? '').split(',')
  const code = await Promise.race([ended, serving(directory, child.pid)])
  if (code !== undefined) {
    terminal.err(readFileSync(path, 'utf8'))
    return code === 0 ? 1 : code
  }
  child.unref()
  terminal.err(`Process ${child.pid} runs in the background; its output goes to ${path}\n`)
  return 0
}

/** How to be called again as this tool: by a name of its own, or as one of many behind the name of all. */
function thisProgram(path: string): readonly string[] {
  return basename(path).startsWith('kafka-server-start') ? [path] : [path, 'kafka-server-start']
}

/** Resolves when that process serves, or after some time. */
async function serving(directory: string, pid: number | undefined): Promise<undefined> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += betweenMs) {
    if (readRunning(directory)?.pid === pid) return undefined
    // The child keeps this process alive; once it has ended nobody waits any more.
    await new Promise((next) => setTimeout(next, betweenMs).unref())
  }
  return undefined
}
