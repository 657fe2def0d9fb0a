/** A page of the reference: what it is called and what stands in it. */
export interface Page {
  /** File name below docs/reference. */
  readonly file: string
  readonly text: string
}

/** Every page says that it is made, and of what. */
export function page(file: string, title: string, paragraphs: readonly string[]): Page {
  const made = '<!-- Made by `npm run document` from the declarations in packages/. Do not edit: change the declaration. -->'
  return { file, text: `${[made, `# ${title}`, ...paragraphs].join('\n\n')}\n` }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** The anchors that GitHub gives to headings, in their order: the second of a kind ends in `-1`. */
export function slugs(headings: readonly string[]): readonly string[] {
  const seen = new Map<string, number>()
  return headings.map((heading) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/<[^>]*>|\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  })
}
