import { command } from '../command.ts'
import { oneWord } from '../words.ts'
import { UsageError } from '../../usage-error.ts'
import { bash, fish, zsh } from './scripts.ts'

export const completion = command({
  path: 'completion',
  summary: 'print what makes a shell complete commands, options, topics and groups',
  words: 'bash|zsh|fish',
  options: {},
  examples: ['eval "$(odradek completion bash)"', 'odradek completion fish | source'],
  async run({ words, terminal }) {
    const shell = oneWord(words, 'a shell')
    const scripts = new Map([
      ['bash', bash],
      ['zsh', zsh],
      ['fish', fish],
    ])
    const script = scripts.get(shell)
    if (script === undefined) throw new UsageError(`${shell}: it is one of bash, zsh, fish`)
    await terminal.out(script)
  },
})
