/**
 * Those words that come nearest to what was typed; none when all are far from it. A letter that must be changed costs 2, one that is missing 1, one too many
 * 4 (at the beginning 1); two that are exchanged cost nothing, and neither does a word that begins as typed.
 */
export function nearWords(typed: string, words: readonly { readonly word: string; readonly shown: string }[]): readonly string[] {
  const priced = words.map(({ word, shown }) => ({ shown, price: word.startsWith(typed) ? 0 : priceOf(typed, word) }))
  const lowest = Math.min(...priced.map(({ price }) => price))
  if (lowest >= 7) return []
  return priced
    .filter(({ price }) => price === lowest)
    .map(({ shown }) => shown)
    .toSorted()
}

function priceOf(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= to.length; j++) {
      const changed = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 2)
      const areExchanged = i > 1 && j > 1 && from[i - 1] !== to[j - 1] && from[i - 2] === to[j - 1] && from[i - 1] === to[j - 2]
      row.push(Math.min(changed, areExchanged ? at(i - 2, j - 2) : Infinity, at(i - 1, j) + 4, at(i, j - 1) + 1))
    }
  }
  return at(from.length, to.length)
}
