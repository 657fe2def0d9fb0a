/** Why the lines that were seen are not those that the page shows; undefined when they are. */
export function difference(seen: readonly string[], expected: readonly string[], inAnyOrder: boolean): string | undefined {
  return inAnyOrder ? unordered(seen, expected) : ordered(seen, expected)
}

/** Each expected line once; more only where the page has a line `…`. */
function unordered(seen: readonly string[], expected: readonly string[]): string | undefined {
  const left = [...seen]
  for (const line of expected.filter((one) => one !== '…')) {
    const at = left.findIndex((one) => matches(one, line))
    if (at < 0) return `"${line}" was not seen`
    left.splice(at, 1)
  }
  return left.length > 0 && !expected.includes('…') ? `"${left[0]}" is not in the page` : undefined
}

function ordered(seen: readonly string[], expected: readonly string[]): string | undefined {
  let at = 0
  for (let index = 0; index < expected.length; index++) {
    const line = expected[index] ?? ''
    if (line === '…') {
      const next = expected[index + 1]
      if (next === undefined) return undefined
      while (at < seen.length && !matches(seen[at] ?? '', next)) at++
      if (at === seen.length) return `"${next}" was not seen`
      continue
    }
    const found = seen[at++]
    if (found === undefined) return `"${line}" was not seen`
    if (!matches(found, line)) return `"${found}" was seen, where the page has "${line}"`
  }
  return at < seen.length ? `"${seen[at]}" is not in the page` : undefined
}

/** `…` within a line stands for anything; so many spaces or tabs are one space. */
function matches(seen: string, expected: string): boolean {
  const parts = plain(expected)
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`).test(plain(seen))
}

const plain = (line: string): string => line.replaceAll(/[ \t]+/g, ' ').trim()
