import { appendFileSync, mkdirSync } from 'node:fs'
import { apacheKafka } from '../contenders/apache-kafka.ts'
import type { Contender } from '../contenders/contender.ts'
import { odradek } from '../contenders/odradek.ts'
import { Load } from '../load/load.ts'
import { describeMachine } from '../measure/machine.ts'
import { recyclePages } from '../measure/recycled-pages.ts'
import { help, parseArguments } from './arguments.ts'
import type { BenchArguments } from './arguments.ts'
import type { BenchCase } from './bench-case.ts'
import { allCases } from './cases/index.ts'
import { resultOf } from './result.ts'
import type { CaseResult } from './result.ts'
import { Stage } from './stage.ts'
import { table } from './table.ts'

/** Our broker beside Apache's. Prints a table for each case and, as the last line, everything as JSON. Returns the exit status. */
export async function benchBroker(words: readonly string[]): Promise<number> {
  const args = parseArguments(words)
  if (args.help) return say(help)
  if (args.list)
    return say(allCases.map((each) => `${each.name.padEnd(30)} ${each.long === true ? '(long) ' : ''}${each.question}`).join('\n'))
  const chosen = choose(args)
  if (chosen.length === 0) throw new Error(`no case has ${args.cases.join(' or ')} in its name; see --list`)
  const contenders = contendersFor(args)

  mkdirSync(args.directory, { recursive: true })
  const machine = describeMachine(args.directory)
  say(
    `${contenders.map((each) => `${each.name} ${each.version}`).join(' and ')} on ${machine.cores} × ${machine.processor}, ${machine.fileSystem}`,
  )
  if (!args.quick) recyclePages(args.directory)
  const stage = new Stage(args, contenders, new Load())
  const stop = (): void => void stage.close().finally(() => process.exit(130))
  process.once('SIGINT', stop)
  const results: CaseResult[] = []
  let failed = false
  try {
    for (const asked of chosen) {
      const impossible = asked.impossible?.()
      if (impossible !== undefined) {
        say(`\n${asked.name}: left out, ${impossible}`)
        continue
      }
      try {
        const result = resultOf(asked, await stage.run(asked))
        results.push(result)
        say(table(asked, result).join('\n'))
      } catch (error) {
        failed = true
        say(`\n${asked.name}: failed, ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  } finally {
    process.off('SIGINT', stop)
    await stage.close()
  }
  const { pairs, seconds, quick } = args
  const versions = Object.fromEntries(contenders.map((each) => [each.name, each.version]))
  const line = JSON.stringify({ bench: 'broker', at: new Date().toISOString(), versions, machine, pairs, seconds, quick, cases: results })
  say(`\n${line}`)
  if (args.json !== undefined) appendFileSync(args.json, `${line}\n`)
  return failed ? 1 : 0
}

function choose({ cases }: BenchArguments): readonly BenchCase[] {
  if (cases.length === 0) return allCases.filter((each) => each.long !== true)
  // A whole name means that case alone, though others may have it as a part.
  return allCases.filter((each) =>
    cases.some((part) => (allCases.some(({ name }) => name === part) ? each.name === part : each.name.includes(part))),
  )
}

function contendersFor({ only, command }: BenchArguments): readonly Contender[] {
  const ours = odradek(command)
  if (only === 'odradek') return [ours]
  const theirs = apacheKafka()
  if ('missing' in theirs) throw new Error(theirs.missing)
  if (only === 'apache-kafka') return [theirs]
  if (only !== undefined) throw new Error(`--only is odradek or apache-kafka, not '${only}'`)
  return [ours, theirs]
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
