import { summarize } from '../measure/statistics.ts'
import type { Summary } from '../measure/statistics.ts'
import type { ClientCase, Metric } from './cases.ts'
import type { Figures } from './job.ts'
import type { PeerName } from './peers.ts'

export type ClientRun =
  | {
      readonly peer: PeerName
      readonly round: number
      readonly figures: Figures
      readonly brokerCpu: number
      readonly neighbours: number
      readonly failure?: undefined
    }
  | { readonly peer: PeerName; readonly round: number; readonly failure: string }

const shown: readonly { readonly metric: Metric | 'residentMegabytes'; readonly label: string; readonly digits: number }[] = [
  { metric: 'recordsPerSecond', label: 'records/s', digits: 0 },
  { metric: 'cpuPerMillion', label: 'client CPU, s/M', digits: 3 },
  { metric: 'p50', label: 'p50, ms', digits: 3 },
  { metric: 'p99', label: 'p99, ms', digits: 2 },
  { metric: 'residentMegabytes', label: 'peak RSS, MB', digits: 0 },
]

/** A figure of a run; undefined where it was not measured. */
export function valueOf(figures: Figures, metric: Metric | 'residentMegabytes'): number | undefined {
  if (metric === 'recordsPerSecond') return figures.records / figures.seconds
  if (metric === 'cpuPerMillion') return (figures.cpuSeconds / figures.records) * 1e6
  if (metric === 'residentMegabytes') return figures.residentMegabytes === 0 ? undefined : figures.residentMegabytes
  return figures[metric]
}

/** Ours divided by a peer's, round by round. */
export function ratioOf(runs: readonly ClientRun[], peer: PeerName, metric: Metric): Summary | undefined {
  const at = (name: PeerName, round: number): number | undefined => {
    const run = runs.find((each) => each.peer === name && each.round === round)
    return run === undefined || run.failure !== undefined ? undefined : valueOf(run.figures, metric)
  }
  const ratios = [...new Set(runs.map(({ round }) => round))].flatMap((round) => {
    const [ours, theirs] = [at('odradek', round), at(peer, round)]
    return ours === undefined || theirs === undefined ? [] : [ours / theirs]
  })
  return ratios.length === 0 ? undefined : summarize(ratios)
}

/** One case as lines for a person: a row a client, medians with their range, and what our figure is divided by theirs. */
export function clientTable(broker: string, asked: ClientCase, runs: readonly ClientRun[]): readonly string[] {
  const lines = ['', `${asked.name} against ${broker}: ${asked.question}`]
  const measured = shown.filter(({ metric }) => runs.some((run) => run.failure === undefined && valueOf(run.figures, metric) !== undefined))
  lines.push(`  ${''.padEnd(14)}${measured.map(({ label }) => label.padEnd(34)).join('')}`.trimEnd())
  for (const peer of new Set(runs.map((run) => run.peer))) {
    const cells = measured.map(({ metric, digits }) => {
      const values = runs.flatMap((run) => (run.peer === peer && run.failure === undefined ? (valueOf(run.figures, metric) ?? []) : []))
      if (values.length === 0) return '–'.padEnd(34)
      const { min, median, max } = summarize(values)
      return `${number(median, digits)} (${number(min, digits)}–${number(max, digits)})`.padEnd(34)
    })
    lines.push(`  ${peer.padEnd(14)}${cells.join('')}`.trimEnd())
  }
  for (const { peer, metric, goal } of asked.goals) {
    const ratio = ratioOf(runs, peer, metric)
    if (ratio === undefined) continue
    const met = (goal.atMost === undefined || ratio.median <= goal.atMost) && (goal.atLeast === undefined || ratio.median >= goal.atLeast)
    const wanted = goal.atMost === undefined ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`
    const range = `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)})`
    lines.push(`  ours : ${peer}, ${metric}: ${range}, goal ${wanted}: ${met ? 'met' : 'MISSED'}`)
  }
  for (const run of runs) if (run.failure !== undefined) lines.push(`  ${run.peer} FAILED in round ${run.round + 1}: ${run.failure}`)
  const neighbours = Math.max(0, ...runs.map((run) => (run.failure === undefined ? run.neighbours : 0)))
  if (neighbours > 0.3)
    lines.push(`  others used up to ${neighbours.toFixed(1)} cores meanwhile: repeat this on a quiet machine before quoting it`)
  return lines
}

/** 12 345.6 with thin gaps, so that large figures can be read. */
function number(value: number, digits: number): string {
  const [whole = '', part] = value.toFixed(digits).split('.')
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ' ')
  return part === undefined ? grouped : `${grouped}.${part}`
}
