import { forgetting } from './differences.ts'
import type { Difference } from './differences.ts'
import type { Line, Seen, Way } from './line.ts'

/** How the other ways compare to Kafka's tool on Kafka's broker. */
export type Verdict =
  | { readonly kind: 'equal' }
  | { readonly kind: 'listed'; readonly differences: readonly Difference[] }
  | { readonly kind: 'wrong'; readonly says: string }

export type SeenByWay = ReadonlyMap<Way, Seen>

/** Whether all ways showed the same; or else what the list of differences says of that line, and whether all of it is true, and needed. */
export function verdictOf(line: Line, seen: SeenByWay, listed: readonly Difference[]): Verdict {
  const late = [...seen].filter(([, { code }]) => code === null).map(([way]) => way)
  if (late.length > 0) return { kind: 'wrong', says: `did not end in time: ${late.join(', ')}` }
  if (listed.length === 0) return isExplained(line, seen, []) ? { kind: 'equal' } : { kind: 'wrong', says: 'differs' }
  const names = listed.map(({ name }) => `"${name}"`).join(' and ')
  if (!isExplained(line, seen, listed)) return { kind: 'wrong', says: `differs otherwise than ${names} would have it` }
  const idle = listed.find((each) =>
    isExplained(
      line,
      seen,
      listed.filter((other) => other !== each),
    ),
  )
  if (idle !== undefined) return { kind: 'wrong', says: `does not differ any more: take it out of "${idle.name}"` }
  return { kind: 'listed', differences: listed }
}

/** Whether the ways are equal but for these differences. */
function isExplained(line: Line, seen: SeenByWay, listed: readonly Difference[]): boolean {
  const texts = textsOf(line, seen, listed)
  const same = (one: Way, other: Way): boolean => !texts.has(one) || !texts.has(other) || texts.get(one) === texts.get(other)
  const [of, another] = listed.flatMap((each) => each.of ?? [])
  if (another !== undefined) return false
  if (of === 'both') return true
  if (of === 'tool') return same('A/A', 'A/O') && same('O/O', 'O/A')
  if (of === 'broker') return same('A/A', 'O/A') && same('O/O', 'A/O')
  return new Set(texts.values()).size === 1
}

/** What is compared. */
export function textsOf(line: Line, seen: SeenByWay, listed: readonly Difference[]): ReadonlyMap<Way, string> {
  return new Map([...seen].map(([way, each]) => [way, textOf(forgetting(each, listed), line)]))
}

/** All that counts, as text. */
export function textOf({ code, out, err }: Seen, line: Pick<Line, 'inAnyOrder'> = {}): string {
  const shown = line.inAnyOrder === true ? out.split('\n').toSorted().join('\n') : out
  return [`exit code ${code ?? 'none in time'}`, ...part('stdout', shown), ...part('stderr', err)].join('\n')
}

function part(name: string, text: string): readonly string[] {
  if (text === '') return []
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((row) => `${name}: ${row}`)
}
