import { justify } from './justify.ts'
import { helpArgument } from './scope.ts'
import type { Argument, Group, Scope } from './scope.ts'
import { argumentOf, commandsOf, usageOf } from './usage.ts'

/** Where the sentences of options begin. */
const column = 25

/** What `--help` shows. Defaults are shown for the program, and not for its commands. */
export function helpOf(scope: Scope, width: number): string {
  const showsDefaults = scope.command === undefined
  const ofArguments = (members: readonly Argument[]): string =>
    members.map((argument) => entry(titleOf(argument), sentenceOf(argument, showsDefaults), width)).join('')
  const sections = [
    usageOf(scope, width),
    scope.description === '' ? '' : `${justify(scope.description, { width, offset: 0, indent: '' })}\n`,
    scope.commands.size === 0 ? '' : `positional arguments:\n${ofCommands(scope, width)}`,
    `optional arguments:\n${ofArguments(scope.arguments.filter((argument) => !hasItsOwnSection(scope.groupOf(argument))))}`,
    ...scope.groups.filter(hasItsOwnSection).map((group) => headOf(group, width) + ofArguments(group.members)),
  ]
  return sections.filter((section) => section !== '').join('\n')
}

function ofCommands(scope: Scope, width: number): string {
  return [entry(commandsOf(scope), '', width), ...[...scope.commands].map(([name, { help }]) => entry(`  ${name}`, help, width))].join('')
}

function hasItsOwnSection(group: Group | undefined): boolean {
  return group?.title !== undefined || group?.description !== undefined
}

function headOf({ title, description }: Group, width: number): string {
  const told = description === undefined ? '' : `  ${justify(description, { width, offset: 2, indent: '  ' })}\n\n`
  return `${title === undefined ? '' : `${title}:\n`}${told}`
}

function titleOf(argument: Argument): string {
  const behind = argumentOf(argument)
  return argument.flags.map((flag) => (behind === '' ? flag : `${flag} ${behind}`)).join(', ')
}

function sentenceOf(argument: Argument, showsDefaults: boolean): string {
  const { help, kind, default: given } = argument
  const value = kind === 'flag' && argument !== helpArgument ? false : given
  return showsDefaults && value !== undefined ? `${help} (default: ${String(value)})`.trimStart() : help
}

function entry(title: string, sentence: string, width: number): string {
  if (sentence === '') return `  ${title}\n`
  const indent = ' '.repeat(column)
  const gap = title.length <= 21 ? ' '.repeat(column - title.length - 2) : `\n${indent}`
  return `  ${title}${gap}${justify(sentence, { width, offset: column, indent })}\n`
}
