/**
 * Help screens are compared by what a program or a habit rests on: which options there are, what they take, what they are when they are left out.
 * The sentences beside them are our own.
 */
export function withoutHelp(text: string): string {
  return argparseUsage(joptsimpleTable(text))
}

/** `Option … Description` in two columns, as joptsimple sets them, up to the end of the text. */
function joptsimpleTable(text: string): string {
  const header = /^(Option(?: \(\* = required\))?\s+)Description\s*\n-+\s+-+\s*\n/m.exec(text)
  if (header === null) return text
  const [all, { length: leftWidth } = ''] = header
  const rows: { left: string; right: string }[] = []
  for (const row of text.slice(header.index + all.length).split('\n')) {
    if (row.trim() === '') continue
    const [left, right] = [row.slice(0, leftWidth).trimEnd(), row.slice(leftWidth).trim()]
    const last = rows.at(-1)
    if (/^(?:\* )?-/.test(left) || last === undefined) rows.push({ left, right })
    else Object.assign(last, { left: `${last.left}${left.replace(/^ {2}/, '')}`, right: `${last.right} ${right}` })
  }
  return `${text.slice(0, header.index)}OPTIONS\n${rows.map(({ left, right }) => `${left.replaceAll(/\s/g, '')}${defaultIn(right)}\n`).join('')}`
}

/** `usage: …` and what follows it, as argparse4j sets it. */
function argparseUsage(text: string): string {
  const usage = /^usage: (?:.*\n)(?: +\S.*\n)*/m.exec(text)
  if (usage === null) return text
  const rest = text.slice(usage.index + usage[0].length)
  const said = `${text.slice(0, usage.index)}${usage[0].replaceAll(/\s+/g, ' ').trim()}\n`
  if (!rest.startsWith('\n')) return `${said}${rest}`
  const entries: { left: string; right: string }[] = []
  for (const row of rest.split('\n')) {
    const entry = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(row)
    const last = entries.at(-1)
    if (entry !== null && row.length > 2) entries.push({ left: entry[1] ?? '', right: entry[2] ?? '' })
    else if (/^ {10,}\S/.test(row) && last !== undefined) last.right += ` ${row.trim()}`
  }
  const options = entries.filter(({ left }) => /^(?:-|[\w-]+$)/.test(left))
  return `${said}${options.map(({ left, right }) => `${left}${defaultIn(right)}\n`).join('')}`
}

function defaultIn(sentence: string): string {
  const found = /\(default: ([^)]*)\)\s*$/.exec(sentence)
  return found === null ? '' : ` = ${found[1]?.replaceAll(/\s+/g, '') ?? ''}`
}
