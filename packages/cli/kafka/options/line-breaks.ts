/**
 * Where Java's `BreakIterator.getLineInstance()` would let a line of English end: the pieces of a text between those places, spaces at their ends.
 */
export function linePieces(text: string): readonly string[] {
  const pieces: string[] = []
  let start = 0
  for (let at = 1; at < text.length; at++) {
    if (!mayBreak(text, at)) continue
    pieces.push(text.slice(start, at))
    start = at
  }
  if (start < text.length) pieces.push(text.slice(start))
  return pieces
}

const opening = '([{'
/** Nothing begins a line that belongs to what is before it. */
const neverFirst = ` .,:;!?)]}"'%$`

function mayBreak(text: string, at: number): boolean {
  const [before, after] = [text.charAt(at - 1), text.charAt(at)]
  if (before === '\t') return true
  if (before === ' ') return after !== ' '
  if (before === '-') return isDigit(after) ? /\w/.test(text.charAt(at - 2)) : !` '$-\t`.includes(after)
  if (neverFirst.includes(after) || after === '\t') return false
  if ('.,'.includes(before) && isDigit(after) && isDigit(text.charAt(at - 2))) return false
  if ('.,:;!?)]}%'.includes(before)) return true
  // A quotation mark opens behind a space, and closes elsewhere.
  if (before === '"' && at > 1 && !` ${opening}`.includes(text.charAt(at - 2))) return true
  return opening.includes(after) && !`${opening}'"$`.includes(before)
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9'
}
