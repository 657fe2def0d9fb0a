/** What one text has and the other has not, line by line: `-` of the first, `+` of the second. */
export function diff(one: string, other: string): readonly string[] {
  const [left, right] = [one.split('\n'), other.split('\n')]
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1))
  const common = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const row = lengths[i]
      if (row !== undefined) row[j] = left[i] === right[j] ? common(i + 1, j + 1) + 1 : Math.max(common(i + 1, j), common(i, j + 1))
    }
  }
  const shown: string[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      i++
      j++
    } else if (j >= right.length || (i < left.length && common(i + 1, j) >= common(i, j + 1))) shown.push(`- ${left[i++] ?? ''}`)
    else shown.push(`+ ${right[j++] ?? ''}`)
  }
  return shown
}
