import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Library } from './libraries.ts'

export interface Execution {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const patienceMs = 90_000

/** Runs a program for kafkajs with a library and gives what it printed. */
export function execute(library: Library, file: string, { args = [], env = {} }: Execution = {}): Promise<string> {
  const child = spawn(process.execPath, ['--no-warnings', '--import', join(import.meta.dirname, 'choose-kafkajs.mjs'), file, ...args], {
    env: { ...process.env, KAFKAJS: library.url, KAFKAJS_NO_PARTITIONER_WARNING: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [printed, complained] = ['', '']
  child.stderr.on('data', (text: Buffer) => (complained += text.toString()))
  child.stdout.on('data', (text: Buffer) => (printed += text.toString()))
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve(printed)
      else reject(new Error(`with ${library.name} it ended with ${code}\n${printed.slice(-1500)}\n${complained.slice(-2500)}`))
    })
  })
}
