import { commonOptions } from './command.ts'
import type { Command } from './command.ts'
import type { Options, OptionSpec } from './options.ts'

/** Everything about one command. */
export function helpOf(command: Command): string {
  const own = Object.keys(command.options).length === 0 ? '' : `\n${optionLines(command.options)}`
  const examples = command.examples === undefined ? '' : `\nExamples:\n${command.examples.map((line) => `  ${line}\n`).join('')}`
  const words = command.words === '' ? '' : ` ${command.words}`
  return `odradek ${command.path}${words}   ${command.summary}\n${own}\nOf all commands:\n${optionLines(commonOptions)}${examples}`
}

/** The commands below a noun, or all of them, a line each. */
export function listOf(commands: readonly Command[]): string {
  const usages = commands.map(({ path, words }) => `odradek ${path}${words === '' ? '' : ` ${words}`}`)
  const width = Math.max(...usages.map(({ length }) => length))
  return commands.map(({ summary }, at) => `  ${(usages[at] ?? '').padEnd(width)}   ${summary}\n`).join('')
}

function optionLines(options: Options): string {
  const written = Object.entries(options).map(([name, spec]) => writtenAs(name, spec))
  const width = Math.min(28, Math.max(...written.map(({ length }) => length)))
  return Object.values(options)
    .map(({ summary }, at) => `  ${(written[at] ?? '').padEnd(width)}  ${summary}\n`)
    .join('')
}

function writtenAs(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? '    ' : `-${spec.short}, `
  return `${short}--${name}${spec.kind === 'flag' ? '' : ` ${spec.value}`}`
}
