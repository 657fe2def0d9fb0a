import { metrics } from './metrics.ts'
import type { BenchCase, Goal } from './bench-case.ts'
import { summaryOf } from './result.ts'
import type { CaseResult } from './result.ts'

/** Above this share of a core used by others, figures are not worth quoting. */
const tooManyNeighbours = 0.2

/** One case as lines for a person: medians with their range, and ratios as minimum, median, maximum. */
export function table(asked: BenchCase, result: CaseResult): readonly string[] {
  const lines = ['', `${asked.name}: ${asked.question}`]
  lines.push(row('', 'Odradek', 'Apache Kafka', 'ratio: min   median      max', 'goal'))
  for (const [metric, goal] of Object.entries(asked.shows)) {
    const [ours, theirs] = [summaryOf(result.runs, 'odradek', metric), summaryOf(result.runs, 'apache-kafka', metric)]
    if (ours === undefined && theirs === undefined) continue
    const { label = metric, digits = 2 } = metrics[metric] ?? {}
    const show = (value: typeof ours): string =>
      value === undefined ? '–' : `${number(value.median, digits)} (${number(value.min, digits)}–${number(value.max, digits)})`
    const ratio = result.ratios[metric]
    const ratios = ratio === undefined ? '' : [ratio.min, ratio.median, ratio.max].map((value) => number(value, 2).padStart(8)).join(' ')
    lines.push(row(label, show(ours), show(theirs), ratios, ratio === undefined || goal === undefined ? '' : verdict(goal, ratio.median)))
  }
  const errors = result.runs.reduce((sum, run) => sum + (run.measured['errors'] ?? 0), 0)
  if (errors > 0) lines.push(`  ${errors} requests were answered with an error: these figures mean nothing`)
  const neighbours = Math.max(0, ...result.runs.map((run) => run.measured['neighbours'] ?? 0))
  if (neighbours > tooManyNeighbours)
    lines.push(`  others used up to ${neighbours.toFixed(1)} cores meanwhile: repeat this on a quiet machine before quoting it`)
  return lines
}

const row = (label: string, ours: string, theirs: string, ratios: string, goal: string): string =>
  `  ${label.padEnd(26)} ${ours.padEnd(36)} ${theirs.padEnd(36)} ${ratios.padEnd(28)} ${goal}`.trimEnd()

function verdict(goal: Goal, ratio: number): string {
  const [sign, limit] = goal.atMost === undefined ? ['≥', goal.atLeast ?? 0] : ['≤', goal.atMost]
  const met = sign === '≤' ? ratio <= limit : ratio >= limit
  return `${sign} ${limit.toFixed(2)} ${met ? 'met' : 'MISSED'}`
}

/** 12 345.6 with thin gaps, so that large figures can be read. */
function number(value: number, digits: number): string {
  const [whole = '', part] = value.toFixed(digits).split('.')
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ' ')
  return part === undefined ? grouped : `${grouped}.${part}`
}
