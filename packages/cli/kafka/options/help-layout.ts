import { linePieces } from './line-breaks.ts'
import { takesArgument } from './option-spec.ts'
import type { OptionSpec } from './option-spec.ts'

const overallWidth = 80
const gap = 2

type Row = readonly [left: string, right: string]

/** Two columns, as joptsimple's `BuiltinHelpFormatter(80, 2)` sets them: options by name on the left, their sentences on the right. */
export function helpOf(specs: ReadonlyMap<string, OptionSpec>): string {
  const sorted = [...specs].toSorted(([one], [other]) => (one < other ? -1 : 1))
  const header: readonly Row[] = sorted.some(([, { required }]) => required === true)
    ? [
        ['Option (* = required)', 'Description'],
        ['---------------------', '-----------'],
      ]
    : [
        ['Option', 'Description'],
        ['------', '-----------'],
      ]
  return render([...header, ...sorted.map(([name, spec]): Row => [leftOf(name, spec), rightOf(spec)])])
}

function leftOf(name: string, spec: OptionSpec): string {
  const option = `${spec.required === true ? '* ' : ''}${name.length > 1 ? '--' : '-'}${name}`
  if (!takesArgument(spec)) return option
  const described = spec.argument ?? spec.optionalArgument
  const inside = `${typeOf(spec)}${described === '' ? '' : `: ${described}`}`
  return spec.argument === undefined ? `${option} [${inside}]` : `${option} <${inside}>`
}

function typeOf({ type = 'string', oneOf, pattern }: OptionSpec): string {
  if (oneOf !== undefined) return pattern ?? `[${oneOf.join(',')}]`
  return { string: 'String', int: 'Integer', long: 'Long', double: 'Double', boolean: 'Boolean' }[type]
}

function rightOf({ doc, default: value }: OptionSpec): string {
  return value === undefined ? doc : `${doc} (default: ${String(value)})`.trim()
}

function render(rows: readonly Row[]): string {
  const wanted = widths(rows)
  const fitted = rows.flatMap((row) => fit(row, wanted))
  const [leftWidth, rightWidth] = widths(fitted)
  return fitted.map(([left, right]) => `${left.padEnd(leftWidth)}${' '.repeat(gap)}${right.padEnd(rightWidth)}\n`).join('')
}

function widths(rows: readonly Row[]): readonly [left: number, right: number] {
  const left = Math.min(Math.trunc((overallWidth - gap) / 2), Math.max(...rows.map((row) => row[0].length)))
  return [left, Math.min(overallWidth - left - gap, Math.max(...rows.map((row) => row[1].length)))]
}

function fit([left, right]: Row, [leftWidth, rightWidth]: readonly [number, number]): readonly Row[] {
  const lefts = lines(left, leftWidth)
  const rights = lines(right, rightWidth)
  return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, index): Row => [lefts[index] ?? '', rights[index] ?? ''])
}

/** What goes on is indented by two. */
function lines(text: string, width: number): readonly string[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const found: string[] = []
      let current = ''
      for (const piece of linePieces(line)) {
        if (current.length + piece.length <= width) current += piece
        else {
          found.push(current.trimEnd())
          current = `  ${piece}`
        }
      }
      return current === '' ? found : [...found, current]
    })
}
