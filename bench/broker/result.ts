import type { ContenderName, Settings } from '../contenders/contender.ts'
import { summarize } from '../measure/statistics.ts'
import type { Summary } from '../measure/statistics.ts'
import type { BenchCase, Measured } from './bench-case.ts'

export interface Run {
  readonly contender: ContenderName
  readonly pair: number
  readonly measured: Measured
}

export interface CaseResult {
  readonly name: string
  readonly question: string
  readonly settings: Readonly<Record<ContenderName, Settings>>
  readonly runs: readonly Run[]
  /** Ours divided by theirs, pair by pair: what of a drifting machine can be compared. */
  readonly ratios: Readonly<Record<string, Summary>>
}

export function resultOf(asked: BenchCase, runs: readonly Run[]): CaseResult {
  const ratios: Record<string, Summary> = {}
  for (const metric of Object.keys(asked.shows)) {
    const values = pairRatios(runs, metric)
    if (values.length > 0) ratios[metric] = summarize(values)
  }
  return { name: asked.name, question: asked.question, settings: asked.settings, runs, ratios }
}

/** Min, median and max of a metric on one side; undefined when it was not measured there. */
export function summaryOf(runs: readonly Run[], contender: ContenderName, metric: string): Summary | undefined {
  const values = runs.filter((run) => run.contender === contender).flatMap((run) => run.measured[metric] ?? [])
  return values.length === 0 ? undefined : summarize(values)
}

function pairRatios(runs: readonly Run[], metric: string): number[] {
  const ours = runs.filter((run) => run.contender === 'odradek')
  return ours.flatMap((run) => {
    const theirs = runs.find((other) => other.contender === 'apache-kafka' && other.pair === run.pair)
    const [a, b] = [run.measured[metric], theirs?.measured[metric]]
    return a === undefined || b === undefined || b === 0 ? [] : [a / b]
  })
}
