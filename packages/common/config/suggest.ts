/** The known name that was probably meant, or undefined when none is near: `log.retention.hour` → `log.retention.hours`. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase()
  let nearest: string | undefined
  let nearestDistance = Math.max(2, Math.floor(name.length / 5)) + 1
  for (const candidate of known) {
    // Often only the prefix is missing: `retention.ms` on a broker is `log.retention.ms`.
    const distance = candidate.endsWith(`.${wanted}`) ? 1 : editDistance(wanted, candidate.toLowerCase(), nearestDistance)
    if (distance < nearestDistance) {
      nearest = candidate
      nearestDistance = distance
    }
  }
  return nearest
}

/** How many letters must be added, removed, replaced or swapped with a neighbour; `limit` when it is as many or more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      let best = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + (isSame ? 0 : 1))
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (isSwap) best = Math.min(best, (beforePrevious[column - 2] ?? 0) + 1)
      current.push(best)
    }
    if (Math.min(...current) >= limit) return limit
    beforePrevious = previous
    previous = current
  }
  return Math.min(limit, previous[b.length] ?? limit)
}
