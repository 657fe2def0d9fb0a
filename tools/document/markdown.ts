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
