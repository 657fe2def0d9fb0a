import { textOf, textsOf, verdictOf } from './compare.ts'
import type { SeenByWay, Verdict } from './compare.ts'
import { diff } from './diff.ts'
import { differences, differencesOf } from './differences.ts'
import type { Line, Scene } from './line.ts'
import type { SeenLines } from './run-scenes.ts'

interface JudgedLine {
  readonly line: Line
  readonly seen: SeenByWay
  readonly verdict: Verdict
}

interface Report {
  readonly counts: string
  readonly markdown: string
  readonly failed: boolean
}

/** What is shown of a line as soon as it is through. */
export function toldOf(line: Line, seen: SeenByWay): string {
  return textOfLine(judge(line, seen))
}

/** What is said at the end of a run, and what `--report` writes. */
export function reportOf(scenes: readonly Scene[], seen: SeenLines, tookMs: number): Report {
  const judged = scenes.flatMap(({ lines }) => lines.map((line) => judge(line, seen.get(line) ?? new Map())))
  const count = (kind: Verdict['kind']): number => judged.filter(({ verdict }) => verdict.kind === kind).length
  const runs = judged.reduce((sum, each) => sum + each.seen.size, 0)
  const counts = `${judged.length} command lines in ${runs} runs: ${count('equal')} equal, ${count('listed')} differ as listed, ${count('wrong')} wrong; ${(tookMs / 1000).toFixed(0)} s`
  return {
    counts,
    markdown: markdownOf(judged, counts),
    failed: count('wrong') > 0 || judged.length === 0,
  }
}

function judge(line: Line, seen: SeenByWay): JudgedLine {
  return { line, seen, verdict: verdictOf(line, seen, differencesOf(line)) }
}

function textOfLine({ line, seen, verdict }: JudgedLine): string {
  const slowest = Math.max(0, ...[...seen.values()].map(({ tookMs = 0 }) => tookMs))
  const time = slowest < 5000 ? '' : `  ${(slowest / 1000).toFixed(0)} s`
  if (verdict.kind === 'equal') return `  ok   ${line.text}${time}\n`
  if (verdict.kind === 'listed') return `  ok   ${line.text}  (${verdict.differences.map(({ name }) => name).join(', ')})${time}\n`
  const rows = changes(textsOf(line, seen, differencesOf(line)))
  return ` FAIL  ${line.text}\n       ${verdict.says}\n${rows.map((row) => `       ${row}\n`).join('')}`
}

/** What each way has otherwise than Kafka's tool on Kafka's broker; ways that agree, together. */
function changes(texts: ReadonlyMap<string, string>): readonly string[] {
  const measure = texts.get('A/A') ?? ''
  const others = Map.groupBy(
    [...texts].filter(([, text]) => text !== measure),
    ([, text]) => text,
  )
  return [...others].flatMap(([text, ways]) => [
    `A/A and ${ways.map(([way]) => way).join(', ')}:`,
    ...diff(measure, text).map((row) => `  ${row}`),
  ])
}

function markdownOf(judged: readonly JudgedLine[], counts: string): string {
  const listed = differences.flatMap(({ name, reason }) => {
    const lines = judged.filter(({ verdict }) => verdict.kind === 'listed' && verdict.differences.some((each) => each.name === name))
    const [first] = lines
    if (first === undefined) return []
    const texts = new Map([...first.seen].map(([way, each]) => [way, textOf(each, first.line)]))
    const example = `\`${first.line.text}\`\n\n\`\`\`diff\n${changes(texts).join('\n')}\n\`\`\`\n`
    return [`### ${name}: ${lines.length} lines\n\n${reason}\n\n${example}`]
  })
  const wrong = judged.filter(({ verdict }) => verdict.kind === 'wrong').map((each) => `\`\`\`\n${textOfLine(each)}\`\`\`\n`)
  return [
    `# Differential test of Kafka's tools\n\n${counts}.\n`,
    ...(wrong.length === 0 ? [] : [`## Wrong\n\n${wrong.join('\n')}`]),
    `## Differences\n\n${listed.join('\n')}`,
    `## Lines\n\n${judged.map(({ line }) => `- \`${line.text}\`\n`).join('')}`,
  ].join('\n')
}
