import { Worker } from 'node:worker_threads'
import type { PlantedBug } from './planted/bugs.ts'
import type { Outcome } from './simulate.ts'
import { seedOf } from './worker.ts'
import type { WorkerReport, WorkerTask } from './worker.ts'

/** A seed that went wrong. */
export interface Failure {
  readonly seed: string
  readonly invariant: string
  readonly message: string
  readonly trace: readonly string[]
}

/** What came of many seeds. */
export interface CampaignResult {
  seeds: number
  events: number
  acked: number
  /** Seeds in which less than twenty records were acknowledged. */
  idle: number
  twice: number
  readonly counts: Map<string, number>
  readonly failures: Failure[]
  readonly elapsedMs: number
}

export interface CampaignOptions {
  readonly from: number
  readonly seeds: number
  readonly workers: number
  readonly bug?: PlantedBug | undefined
  readonly twiceEvery?: number
  /** Ends with the first failure. */
  readonly stopAtFailure: boolean
  /** Ends after so long, whatever is left. */
  readonly forMs?: number
}

/** Longer than any seed takes, on any machine. */
const hangsAfterMs = 120_000

/** Runs seeds on several threads. With a planted bug each thread has it in its own copy of the client. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const { from, seeds, workers, bug, twiceEvery = 0, stopAtFailure, forMs } = options
  const startedMs = performance.now()
  const result = { seeds: 0, events: 0, acked: 0, idle: 0, twice: 0, counts: new Map<string, number>(), failures: [] as Failure[] }
  const threads: Worker[] = []
  const step = Math.min(workers, Math.max(1, seeds))
  const stop = (): void => {
    for (const thread of threads) void thread.terminate()
  }
  const timer = forMs === undefined ? undefined : setTimeout(stop, forMs)
  const underWay = new Map<Worker, { seed: number; readonly sinceMs: number }>()
  // A seed that never ends keeps its thread from saying so.
  const watch = setInterval(() => {
    for (const { seed, sinceMs } of underWay.values()) {
      if (performance.now() - sinceMs < hangsAfterMs) continue
      result.failures.push({ seed: seedOf(seed), invariant: 'hang', message: `no end within ${hangsAfterMs} ms`, trace: [] })
      stop()
    }
  }, 10_000)
  const take = (thread: Worker, report: WorkerReport): void => {
    const last = underWay.get(thread)
    if (last !== undefined && report.kind === 'outcome') underWay.set(thread, { seed: last.seed + step, sinceMs: performance.now() })
    if (report.kind === 'not planted')
      result.failures.push({ seed: '', invariant: 'not planted', message: `${bug?.file} was never loaded`, trace: [] })
    else add(result, report)
    if (stopAtFailure && result.failures.length > 0) stop()
  }
  for (let i = 0; i < step; i++) {
    const task: WorkerTask = { from: from + i, step, until: from + seeds, bug, twiceEvery }
    const thread = new Worker(new URL('worker.ts', import.meta.url), { workerData: task })
    threads.push(thread)
    underWay.set(thread, { seed: task.from, sinceMs: performance.now() })
  }
  await Promise.all(
    threads.map(
      (thread) =>
        new Promise<void>((resolve) => {
          thread.on('message', (report: WorkerReport) => take(thread, report))
          thread.on('error', (error) => {
            const message = `${error.stack ?? error.message}, at ${seedOf(underWay.get(thread)?.seed ?? from)}`
            result.failures.push({ seed: '', invariant: 'crash', message, trace: [] })
            stop()
          })
          thread.on('exit', () => {
            underWay.delete(thread)
            resolve()
          })
        }),
    ),
  )
  clearTimeout(timer)
  clearInterval(watch)
  return { ...result, elapsedMs: performance.now() - startedMs }
}

function add(result: Omit<CampaignResult, 'elapsedMs'>, report: Extract<WorkerReport, { kind: 'outcome' }>): void {
  const { outcome, counts, again } = report
  result.seeds++
  result.events += outcome.events
  result.acked += outcome.acked
  if (outcome.acked < 20) result.idle++
  for (const [name, count] of counts) result.counts.set(name, (result.counts.get(name) ?? 0) + count)
  if (again !== undefined) {
    result.twice++
    if (again !== outcome.hash)
      result.failures.push({
        seed: outcome.seed,
        invariant: 'determinism',
        message: `the trace was ${outcome.hash}, and ${again} the second time`,
        trace: [],
      })
  }
  const [first] = outcome.violations
  if (first !== undefined) result.failures.push(failureOf(outcome, first))
}

function failureOf(
  { seed, trace }: Omit<Outcome, 'counts'>,
  { invariant, message }: { readonly invariant: string; readonly message: string },
): Failure {
  return { seed, invariant, message, trace }
}
