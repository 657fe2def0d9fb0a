/** A line of Java's `printf("%-15s %-10s %s")`: each cell as wide as its column, which has at least so many letters; the last one may have none. */
export function columnsLine(widths: readonly number[], cells: readonly (string | number)[]): string {
  return cells.map((cell, at) => String(cell).padEnd(widths[at] ?? 0)).join(' ')
}

/** How wide a column is that holds these. */
export function widthOf(least: number, cells: Iterable<string>): number {
  let width = least
  for (const cell of cells) width = Math.max(width, cell.length)
  return width
}
