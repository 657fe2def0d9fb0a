import { linePieces } from '../line-breaks.ts'

/**
 * Fills lines of `width` as argparse4j does: spaces are spread over a line until it is full, and the last line stays as it is. The first line begins at
 * `offset`, the others with `indent`. Line feeds of the text stay.
 */
export function justify(
  text: string,
  { width, offset, indent }: { readonly width: number; readonly offset: number; readonly indent: string },
): string {
  let done = ''
  let line = ''
  let begin = offset
  for (const piece of text.split(/(?<=\n)/).flatMap(pieces)) {
    if (begin + line.length + piece.length > width) {
      done += `${spread(line, width - begin)}\n${indent}`
      line = ''
      begin = indent.length
    }
    line += piece
    if (!piece.endsWith('\n')) continue
    done += line + indent
    line = ''
    begin = indent.length
  }
  return done + line
}

function pieces(line: string): readonly string[] {
  if (!line.endsWith('\n')) return linePieces(line)
  const found = linePieces(line.slice(0, -1))
  return [...found.slice(0, -1), `${found.at(-1) ?? ''}\n`]
}

/** What remains after each gap has got as many goes to the gaps in the middle, one each. */
function spread(line: string, width: number): string {
  const words = line.trim().split(/( +)/)
  const gaps = (words.length - 1) / 2
  if (gaps === 0) return words.join('')
  const missing = Math.max(0, width - words.join('').length)
  const [each, rest] = [Math.floor(missing / gaps), missing % gaps]
  const firstOfRest = Math.floor((gaps - rest + 1) / 2)
  return words
    .map((word, index) => {
      if (index % 2 === 0) return word
      const gap = (index - 1) / 2
      return word + ' '.repeat(each + (gap >= firstOfRest && gap < firstOfRest + rest ? 1 : 0))
    })
    .join('')
}
