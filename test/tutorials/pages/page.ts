/** What a reader does in one go: a command, what is typed into it, and what is seen. */
export interface Step {
  /** With its continuation lines, as it stands in the page. */
  readonly command: string
  /** In the order of the page. */
  readonly happens: readonly Happening[]
}

export type Happening =
  /** A line typed behind a prompt `>`. */
  | { readonly kind: 'type'; readonly text: string }
  /** `^C` or `^D`. */
  | { readonly kind: 'key'; readonly key: 'C' | 'D' }
  /** A line of output; `…` stands for what differs, a line `…` for any lines. */
  | { readonly kind: 'see'; readonly text: string }

export interface Block {
  readonly line: number
  readonly steps: readonly Step[]
  /** Lines of the output may come in any order. */
  readonly inAnyOrder: boolean
}

/** The blocks ```` ```console ```` of a page, which are sessions at a terminal: `$ ` begins a command. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = []
  for (const found of markdown.matchAll(/^```console( any order)?\n([\s\S]*?)^```$/gm)) {
    const line = markdown.slice(0, found.index).split('\n').length
    blocks.push({ line, steps: stepsOf((found[2] ?? '').trimEnd().split('\n'), line), inAnyOrder: found[1] !== undefined })
  }
  return blocks
}

function stepsOf(lines: readonly string[], at: number): readonly Step[] {
  const steps: { command: string; happens: Happening[] }[] = []
  let isContinued = false
  for (const line of lines) {
    const step = steps.at(-1)
    if (isContinued && step !== undefined) step.command += `\n${line}`
    else if (line.startsWith('$ ')) steps.push({ command: line.slice(2), happens: [] })
    else if (step === undefined) throw new Error(`the block at line ${at} must begin with "$ "`)
    else step.happens.push(happening(line))
    isContinued = (isContinued || line.startsWith('$ ')) && line.endsWith('\\')
  }
  return steps
}

function happening(line: string): Happening {
  if (line === '^C' || line === '^D') return { kind: 'key', key: line === '^C' ? 'C' : 'D' }
  if (line.startsWith('>')) return { kind: 'type', text: line.slice(1) }
  return { kind: 'see', text: line }
}

/** The commands and what is typed, without the output: what two languages of a page must have in common. */
export function doingsOf(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap(({ steps }) =>
    steps.flatMap(({ command, happens }) => [
      `$ ${command}`,
      ...happens.map((one) => (one.kind === 'key' ? `^${one.key}` : one.kind === 'type' ? `>${one.text}` : one.text)),
    ]),
  )
}
