/**
 * What our client does, against any broker: each behaviour is a scenario, and what the broker lacks is said and counted.
 *
 *   npm run compat -- client --bootstrap host:port     against that broker; without it, against one of ours, started for the run
 *   npm run compat -- client --apache                  against Apache Kafka, started for the run
 *   npm run compat -- client --client dist/packages/client    with the package as it is published (not with --secure, which looks inside)
 *   npm run compat -- client --only groups             scenarios whose theme or name has that word
 *   npm run compat -- client --list                    their names
 *   npm run compat -- client --report file.json        results also as JSON
 *   npm run compat -- client --cluster                 three brokers of Apache Kafka, killed and started again under load
 *   npm run compat -- client --interop                 beside Java and librdkafka, on the same broker
 *   npm run compat -- client --secure                  TLS and SASL, against a broker of Apache Kafka started for it
 *   npm run compat -- client --old                     Apache Kafka 2.1, 2.8, 3.9, and that of today with the features of before, one after the other
 *   npm run compat -- client --old --fast              of these 2.1 and 3.9, and what depends on the age of a broker
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startOurs } from '../ours.ts'
import { forgetful } from './forgetful.ts'
import { runThemes } from './runner.ts'
import type { Result } from './runner.ts'
import type { Theme } from './scenario.ts'

/** Answers the exit code. */
export async function compatClient(args: readonly string[]): Promise<number> {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      bootstrap: { type: 'string' },
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      report: { type: 'string' },
      cluster: { type: 'boolean', default: false },
      interop: { type: 'boolean', default: false },
      secure: { type: 'boolean', default: false },
      apache: { type: 'boolean', default: false },
      old: { type: 'boolean', default: false },
      fast: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '6' },
    },
  })
  if (flags.secure) {
    // It has brokers of its own, one for each way in.
    process.argv.splice(2, process.argv.length, ...(flags.only === undefined ? [] : ['--only', flags.only]))
    await import('./secure/run.ts')
    return Number(process.exitCode ?? 0)
  }
  const themes = flags.interop
    ? (await import('./interop/index.ts')).themes
    : flags.cluster
      ? (await import('./cluster/index.ts')).themes
      : (await import('./scenarios/index.ts')).themes
  const isOfAge = flags.old && flags.fast ? (await import('./old-brokers.ts')).themesOfAge : undefined
  const wanted = themes
    .filter(({ theme }) => isOfAge === undefined || isOfAge.includes(theme))
    .map(({ theme, scenarios }) => ({ theme, scenarios: scenarios.filter(({ name }) => `${theme} ${name}`.includes(flags.only ?? '')) }))
    .filter(({ scenarios }) => scenarios.length > 0)
  if (flags.list) {
    for (const { theme, scenarios } of wanted) process.stdout.write(`${theme}\n${scenarios.map(({ name }) => `  ${name}\n`).join('')}`)
    return 0
  }
  if (flags.old) return runOld(wanted, { isFast: flags.fast, concurrency: Number(flags.concurrency), report: flags.report })
  const scratch = mkdtempSync(join(tmpdir(), 'odradek-compat-client-'))
  const isApache = flags.cluster || flags.apache
  const brokers = isApache ? await (await import('./apache-brokers.ts')).ApacheBrokers.start(flags.cluster ? 3 : 1) : undefined
  const ours = flags.bootstrap === undefined && !isApache ? await startOurs(scratch, forgetful) : undefined
  const bootstrap = flags.bootstrap ?? brokers?.bootstrap ?? ours?.bootstrap ?? ''
  try {
    // Processes of others, and brokers that start again, are what takes long.
    const pace = flags.cluster
      ? { concurrency: 1, limitMs: 180_000 }
      : { concurrency: flags.interop ? 2 : Number(flags.concurrency), limitMs: 90_000 }
    const results = await runThemes(wanted, { bootstrap, brokers, isOurs: ours !== undefined, ...pace })
    if (flags.report !== undefined) writeFileSync(flags.report, `${JSON.stringify({ bootstrap, results }, undefined, 2)}\n`)
    return summarize(results)
  } finally {
    await ours?.stop()
    await brokers?.[Symbol.asyncDispose]()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** One broker after the other, because a small machine has no room for all. */
async function runOld(
  wanted: readonly Theme[],
  { isFast, concurrency, report }: { readonly isFast: boolean; readonly concurrency: number; readonly report: string | undefined },
): Promise<number> {
  const { OldBroker, vintages } = await import('./old-brokers.ts')
  const lines: string[] = []
  const reports: { readonly broker: string; readonly results: readonly Result[] }[] = []
  let isGood = true
  for (const vintage of vintages.filter((each) => !isFast || each.isFast)) {
    process.stdout.write(`\n== ${vintage.name}\n`)
    const started = performance.now()
    await using broker = await OldBroker.start(vintage)
    const ready = performance.now()
    const results = await runThemes(wanted, { bootstrap: broker.bootstrap, isOurs: false, concurrency, limitMs: 90_000 })
    isGood = summarize(results) === 0 && isGood
    reports.push({ broker: vintage.name, results })
    const [starting, running] = [ready - started, performance.now() - ready].map((ms) => `${(ms / 1000).toFixed(0)} s`)
    lines.push(`${vintage.name}: ${countsOf(results)} (${starting} to install and start, ${running} to run)`)
  }
  process.stdout.write(`\n${lines.join('\n')}\n`)
  if (report !== undefined) writeFileSync(report, `${JSON.stringify(reports, undefined, 2)}\n`)
  return isGood ? 0 : 1
}

const ofKind = (results: readonly Result[], kind: Result['kind']): readonly Result[] => results.filter((result) => result.kind === kind)

function countsOf(results: readonly Result[]): string {
  const [passed, failed, absent] = (['passed', 'failed', 'absent'] as const).map((kind) => ofKind(results, kind).length)
  return `${passed} passed, ${failed} failed, ${absent} not on this broker`
}

function summarize(results: readonly Result[]): number {
  const failed = ofKind(results, 'failed')
  const absent = Map.groupBy(ofKind(results, 'absent'), ({ why }) => why)
  for (const [why, those] of absent) process.stdout.write(`  not on this broker: ${those.length} (${why})\n`)
  const parts = new Map<string, number>()
  for (const part of results.flatMap(({ partsAbsent }) => partsAbsent)) parts.set(part, (parts.get(part) ?? 0) + 1)
  for (const [part, count] of parts) process.stdout.write(`  not on this broker, in part: ${count} (${part})\n`)
  for (const { theme, name } of failed) process.stdout.write(`  failed: ${theme}: ${name}\n`)
  process.stdout.write(`${countsOf(results)}\n`)
  return failed.length === 0 && ofKind(results, 'passed').length > 0 ? 0 : 1
}
