import { spawn } from 'node:child_process'
import { monotonicSeconds, peakBytesBelow } from '../../measure/process.ts'

/** What a foreign program took, from its start to its end, its children included. */
export interface Taken {
  readonly said: string
  readonly seconds: number
  readonly cpuSeconds: number
  readonly residentMegabytes: number
}

/** Runs a program to its end. The shell tells what its children took; Node does not. */
export async function take(words: readonly string[], patienceSeconds: number): Promise<Taken> {
  const began = monotonicSeconds()
  const script = 'trap "" TERM; /bin/true; "$@"; status=$?; times >&2; exit $status'
  const child = spawn('bash', ['-c', script, 'bash', ...words], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let said = ''
  let aside = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  child.stderr.on('data', (text: Buffer) => (aside += text.toString()))
  const patience = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), patienceSeconds * 1000)
  let peakBytes = 0
  const watch = setInterval(() => (peakBytes = Math.max(peakBytes, peakBytesBelow(child.pid ?? 0))), 50)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearInterval(watch)
  clearTimeout(patience)
  const seconds = monotonicSeconds() - began
  if (status !== 0) throw new Error(`${words[0] ?? ''} ended with ${status}: ${(said + aside).trim().slice(-600)}`)
  return { said: said + aside, seconds, cpuSeconds: childrenSeconds(aside), residentMegabytes: peakBytes / 1e6 }
}

/** The last line of bash's `times`: user and system time of children, as `1m2.345s`. */
function childrenSeconds(times: string): number {
  const children = times.trim().split('\n').at(-1) ?? ''
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
}
