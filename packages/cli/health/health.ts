import { parseArgs } from 'node:util'
import { UserError } from '@odradek/common/errors'
import { readRunning } from '../running-file.ts'
import { UsageError } from '../usage-error.ts'

/** `odradek health`: whether the broker on a data directory may be used, for a container's health check. Prints one word; exit code 0 or 1. */
export async function health(args: readonly string[]): Promise<number> {
  const { dataDir } = probeArguments(args)
  const said = await readiness(dataDir)
  process.stdout.write(`${said}\n`)
  return said === 'ready' ? 0 : 1
}

/** `odradek wait`: returns when the broker on a data directory may be used, for a unit of systemd. @throws UserError when it does not get ready in time. */
export async function wait(args: readonly string[]): Promise<number> {
  const { dataDir, timeoutMs } = probeArguments(args)
  const until = performance.now() + timeoutMs
  for (;;) {
    const said = await readiness(dataDir)
    if (said === 'ready') return 0
    if (performance.now() >= until)
      throw new UserError(
        `the broker on ${dataDir} is not ready after ${timeoutMs / 1000} s: ${said}. Its log says why; --timeout 60s waits longer.`,
      )
    await new Promise((next) => setTimeout(next, 100))
  }
}

/** `ready`, or in what state it is. */
async function readiness(dataDir: string): Promise<string> {
  const running = readRunning(dataDir)
  if (running === undefined) return 'not running'
  if (running.http === null) return 'ready'
  try {
    const answer = await fetch(`${running.http}/readyz`, { signal: AbortSignal.timeout(5000) })
    return answer.ok ? 'ready' : 'not ready'
  } catch {
    return 'no answer'
  }
}

function probeArguments(args: readonly string[]): { readonly dataDir: string; readonly timeoutMs: number } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { 'data-dir': { type: 'string' }, timeout: { type: 'string', default: '30s' } },
    })
    const timeout = /^(\d+)(ms|s|m)?$/.exec(values.timeout)
    if (timeout === null) throw new UsageError(`--timeout ${values.timeout}: write it as 30s, 500ms or 2m`)
    const unit = { ms: 1, s: 1000, m: 60_000 }[timeout[2] ?? 's'] ?? 1000
    return { dataDir: values['data-dir'] ?? process.env['KAFKA_LOG_DIRS'] ?? './.odradek', timeoutMs: Number(timeout[1]) * unit }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
