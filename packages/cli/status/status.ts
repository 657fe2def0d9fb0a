import { parseArgs } from 'node:util'
import { readRunning, type Running } from '../running-file.ts'
import { UsageError } from '../usage-error.ts'

/** `odradek status`: what runs on a data directory. Exit code 1 when nothing does, or when it is not healthy. */
export async function status(args: readonly string[]): Promise<number> {
  const { dataDir, json } = statusArguments(args)
  const running = readRunning(dataDir)
  if (running === undefined) {
    process.stdout.write(
      json
        ? `${JSON.stringify({ running: false, dataDir })}\n`
        : `No broker runs on ${dataDir}. Start one: odradek start --data-dir ${dataDir}\n`,
    )
    return 1
  }
  const health = await healthOf(running)
  process.stdout.write(json ? `${JSON.stringify({ running: true, dataDir, ...running, health })}\n` : table(running, dataDir, health))
  return health === 'ok' || health === 'unknown' ? 0 : 1
}

function statusArguments(args: readonly string[]): { readonly dataDir: string; readonly json: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { 'data-dir': { type: 'string' }, output: { type: 'string', short: 'o' }, json: { type: 'boolean', default: false } },
    })
    if (values.output !== undefined && values.output !== 'json') throw new UsageError(`-o ${values.output}: the only other form is json`)
    return { dataDir: values['data-dir'] ?? process.env['KAFKA_LOG_DIRS'] ?? './.odradek', json: values.json || values.output === 'json' }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** What the broker says at /health; `unknown` when HTTP is switched off. */
async function healthOf(running: Running): Promise<string> {
  if (running.http === null) return 'unknown'
  try {
    const answer = await fetch(`${running.http}/health`, { signal: AbortSignal.timeout(5000) })
    return answer.ok ? 'ok' : 'failing'
  } catch {
    return 'no answer'
  }
}

function table(running: Running, dataDir: string, health: string): string {
  const rows: readonly (readonly [string, string])[] = [
    ['Kafka broker', running.listeners.join(', ')],
    ['Health', health],
    ['HTTP', running.http ?? 'off'],
    ['Data', dataDir],
    ['Running', `odradek ${running.version}, pid ${running.pid}, since ${running.startedAt}`],
  ]
  return `\n${rows.map(([name, what]) => `  ${name.padEnd(16)} ${what}\n`).join('')}\n`
}
