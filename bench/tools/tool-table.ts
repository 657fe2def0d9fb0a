import { summarize } from '../measure/statistics.ts'
import type { Summary } from '../measure/statistics.ts'
import type { ToolCase } from './tool-case.ts'

export type Whose = 'ours' | 'apache'

export interface ToolRun {
  readonly whose: Whose
  readonly round: number
  readonly records: number
  /** From the start of the program to its end. */
  readonly seconds: number
  readonly cpuSeconds: number
  readonly brokerCpu: number
  readonly residentMegabytes: number
  readonly neighbours: number
  /** What the tool says of itself. */
  readonly said: string
}

const columns: readonly (readonly [label: string, digits: number, of: (run: ToolRun) => number])[] = [
  ['records/s', 0, ({ records, seconds }) => records / seconds],
  ['tool CPU, s/M', 3, ({ records, cpuSeconds }) => (cpuSeconds / records) * 1e6],
  ['broker CPU, s/M', 3, ({ records, brokerCpu }) => (brokerCpu / records) * 1e6],
  ['peak RSS, MB', 0, ({ residentMegabytes }) => residentMegabytes],
]

/** One case as lines for a person: medians with their range, and ours divided by Apache's, round by round. */
export function toolTable(broker: string, asked: ToolCase, runs: readonly ToolRun[]): readonly string[] {
  const row = (label: string, cells: readonly string[]): string =>
    `  ${label.padEnd(9)}${cells.map((cell) => cell.padEnd(36)).join('')}`.trimEnd()
  const cell = ({ min, median, max }: Summary, digits: number): string =>
    `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
  const of = (whose: Whose): readonly ToolRun[] => runs.filter((run) => run.whose === whose)
  const ratio = summarize(
    of('ours').flatMap((ours) => {
      const theirs = of('apache').find(({ round }) => round === ours.round)
      return theirs === undefined ? [] : [theirs.seconds / ours.seconds]
    }),
  )
  const others = Math.max(...runs.map(({ neighbours }) => neighbours))
  return [
    '',
    `${asked.name} against ${broker}: ${asked.question}`,
    row(
      '',
      columns.map(([label]) => label),
    ),
    ...(['ours', 'apache'] as const).map((whose) =>
      row(
        whose,
        columns.map(([, digits, value]) => cell(summarize(of(whose).map(value)), digits)),
      ),
    ),
    `  ours : apache, records/s: ${cell(ratio, 2)}, goal ≥ ${asked.goal}: ${ratio.median >= asked.goal ? 'met' : 'MISSED'}`,
    ...(others > 0.3 ? [`  others used up to ${others.toFixed(1)} cores meanwhile: repeat this on a quiet machine before quoting it`] : []),
  ]
}
