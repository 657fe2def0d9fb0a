import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { runTool } from '../../packages/cli/kafka/main.ts'
import { tools } from '../../packages/cli/kafka/tools.ts'
import { RecordedTerminal } from '../../packages/cli/recorded-terminal.ts'
import type { Line, Seen } from './line.ts'

const entry = new URL('../../packages/cli/kafka-tool.js', import.meta.url).pathname

/** Our tools, in this process or in one of their own. */
export async function runOurs(words: readonly string[], line: Line, limitMs: number): Promise<Seen> {
  return line.asProcess === true ? asProcess(words, line, limitMs) : inside(words, line, limitMs)
}

async function inside([name = '', ...args]: readonly string[], { input = '', until }: Line, limitMs: number): Promise<Seen> {
  const load = tools.get(name)
  if (load === undefined) return { code: 1, out: '', err: `There is no tool ${name} of ours.` }
  const { tool } = await load()
  const terminal = new RecordedTerminal({ input })
  if (until !== undefined) void terminal.said(until).then(() => terminal.interrupt('SIGTERM'))
  const over = new AbortController()
  const code = await Promise.race([runTool(tool, args, terminal), nullAfter(limitMs, over.signal)])
  over.abort()
  return { code, out: terminal.stdout, err: terminal.stderr }
}

async function nullAfter(limitMs: number, signal: AbortSignal): Promise<null> {
  return sleep(limitMs, null, { signal }).catch(() => null)
}

async function asProcess(words: readonly string[], { input = '', until }: Line, limitMs: number): Promise<Seen> {
  const child = spawn(process.execPath, [entry, ...words], { stdio: ['pipe', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString()
    if (until !== undefined && said.out.includes(until)) child.kill('SIGTERM')
  })
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  const code = await new Promise<number | null>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGTERM' ? 143 : null))),
  )
  clearTimeout(timer)
  return { code, ...said }
}
