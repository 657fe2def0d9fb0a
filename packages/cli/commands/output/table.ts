import { styleText } from 'node:util'

type Cell = string | number | undefined

/** Columns as wide as they must be, two spaces between them; numbers to the right. What is not known is a dash. */
export function tableOf(
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
  { outputIsTerminal }: { readonly outputIsTerminal: boolean },
): string {
  const shown = rows.map((row) => row.map((cell) => (cell === undefined || cell === '' ? '-' : String(cell))))
  const widths = names.map((name, at) => Math.max(name.length, ...shown.map((row) => row[at]?.length ?? 0)))
  const toRight = names.map((_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === 'number' || row[at] === undefined))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (toRight[at] === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  const head = line(names)
  return [outputIsTerminal ? styleText('bold', head) : head, ...shown.map(line)].map((text) => `${text}\n`).join('')
}
