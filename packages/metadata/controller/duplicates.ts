/** The elements that are named more than once. */
export function duplicatesOf<T>(elements: readonly T[]): ReadonlySet<T> {
  const seen = new Set<T>()
  const twice = new Set<T>()
  for (const element of elements) {
    if (seen.has(element)) twice.add(element)
    seen.add(element)
  }
  return twice
}
