/**
 * The client in a world of our own: a virtual clock, a network that loses, cuts and delays, model brokers that crash, move leaders and
 * answer late or never. Each seed is a run of its own, and always the same one.
 *
 *   npm run simulate                        2,000 seeds
 *   npm run simulate -- --seeds 100000      so many
 *   npm run simulate -- --seconds 60        as many as there is time for
 *   npm run simulate -- --seed 0x1f         this one, with its trace
 *   npm run simulate -- --planted [name]    each planted bug until it is found
 *
 *   --from n: first seed; --workers n: threads; --keep-going: do not end with the first failure; --lines n: of the trace
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { campaign, planOf, plantedBugs, simulate } from '@odradek/testing/simulation'
import type { CampaignResult, Failure } from '@odradek/testing/simulation'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '2000' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    planted: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
    lines: { type: 'string', default: '60' },
  },
})
const workers = Number(flags.workers)
const from = Number(flags.from)
const print = (text: string): void => void process.stdout.write(`${text}\n`)

if (flags.seed !== undefined) await one(flags.seed)
else if (flags.planted) await planted(positionals[0])
else await many()

async function one(seed: string): Promise<void> {
  print(JSON.stringify(planOf(seed), null, 1))
  const outcome = await simulate(seed, planOf(seed), 'traced')
  for (const line of outcome.trace.slice(-Number(flags.lines))) print(line)
  for (const { invariant, message, atMs } of outcome.violations) print(`\n${invariant} at ${atMs.toFixed(0)} ms: ${message}`)
  print(
    `\n${seed}: ${outcome.events} events in ${outcome.virtualMs.toFixed(0)} virtual ms, ${outcome.acked} acknowledged, trace ${outcome.hash}`,
  )
  table(outcome.counts)
  if (outcome.violations.length > 0) process.exitCode = 1
}

async function many(): Promise<void> {
  const seconds = flags.seconds === undefined ? undefined : Number(flags.seconds)
  const seeds = seconds === undefined ? Number(flags.seeds) : 2 ** 31
  const result = await campaign({
    from,
    seeds,
    workers,
    twiceEvery: 100,
    stopAtFailure: !flags['keep-going'],
    ...(seconds === undefined ? {} : { forMs: seconds * 1_000 }),
  })
  table(result.counts)
  summary(result)
  for (const failure of result.failures.slice(0, 20)) tell(failure)
  if (result.failures.length > 0) {
    const kinds = Map.groupBy(result.failures, ({ invariant }) => invariant)
    print(`\n${result.failures.length} seeds FAILED: ${[...kinds].map(([kind, of]) => `${kind} ${of.length}`).join(', ')}`)
    process.exitCode = 1
  }
}

async function planted(only: string | undefined): Promise<void> {
  const chosen = plantedBugs.filter(({ name }) => only === undefined || name.includes(only))
  let missed = 0
  for (const bug of chosen) {
    const result = await campaign({ from, seeds: bug.withinSeeds, workers, bug, stopAtFailure: true })
    const [failure] = result.failures
    const isFound = failure !== undefined && failure.invariant !== 'not planted' && failure.seed !== ''
    if (!isFound) missed++
    const how = isFound
      ? `found at seed ${failure.seed}, after ${result.seeds}: ${failure.invariant}`
      : `NOT FOUND in ${result.seeds} seeds`
    print(`${bug.name}: ${how}`)
    if (failure !== undefined) print(`    ${failure.message.split('\n')[0]}`)
  }
  print(`\n${chosen.length - missed} of ${chosen.length} planted bugs found`)
  if (missed > 0) process.exitCode = 1
}

function summary(result: CampaignResult): void {
  const perMinute = Math.round(result.seeds / (result.elapsedMs / 60_000))
  const idle = `${((100 * result.idle) / Math.max(1, result.seeds)).toFixed(1)} % idle`
  print(
    `\n${result.seeds} seeds in ${(result.elapsedMs / 1_000).toFixed(1)} s (${perMinute} a minute), ${result.twice} of them twice; ${idle}`,
  )
  print(`${result.events} events, ${result.acked} records acknowledged`)
}

function table(counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) print(`${String(count).padStart(10)}  ${name}`)
}

function tell({ seed, invariant, message, trace }: Failure): void {
  print(`\n${trace.slice(-Number(flags.lines)).join('\n')}`)
  print(`\n${invariant}: ${message}\n    npm run simulate -- --seed ${seed}`)
}
