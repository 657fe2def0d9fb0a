/** Whose tool, and on whose broker. The first is what the others are measured by. */
export const ways = ['A/A', 'O/O', 'O/A', 'A/O'] as const
export type Way = (typeof ways)[number]

/** A command line in its words, as a shell would take it apart: '…' and "…" hold words together. */
export function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single: string | undefined, double: string | undefined) => single ?? double ?? ''),
  )
}
