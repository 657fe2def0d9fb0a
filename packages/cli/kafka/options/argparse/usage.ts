import type { Argument, Group, Scope } from './scope.ts'

/** `usage: kafka-cluster [-h] {cluster-id,unregister} ...`, broken into lines, with a line feed at its end. */
export function usageOf(scope: Scope, width: number): string {
  const head = `usage: ${scope.prog}`
  // A long name has a line for itself.
  const isLong = head.length > 30
  const indent = ' '.repeat(isLong ? 6 : head.length)
  const words = [
    ...(scope.upper === undefined ? [] : whatMustStandBefore(scope.upper)),
    ...(scope.command === undefined ? [] : [scope.command]),
    ...scope.arguments.filter((argument) => scope.groupOf(argument) === undefined).map(bracketed),
    ...scope.groups.flatMap(choice),
    ...(scope.commands.size === 0 ? [] : [commandsOf(scope), '...']),
  ]
  return `${head}${isLong ? `\n${indent}` : ''}${filled(words, indent, width)}\n`
}

/** `{cluster-id,unregister}` */
export function commandsOf(scope: Scope): string {
  return `{${[...scope.commands.keys()].join(',')}}`
}

/** What stands behind the flag: `CONFIG`, `FEATURE [FEATURE ...]`, or nothing. */
export function argumentOf({ name, kind, metavar, choices }: Argument): string {
  if (kind === 'flag') return ''
  const called = metavar ?? (choices === undefined ? name.replaceAll('-', '_').toUpperCase() : `{${choices.join(',')}}`)
  return kind === 'list' ? `${called} [${called} ...]` : called
}

function filled(words: readonly string[], indent: string, width: number): string {
  let text = ''
  let at = indent.length
  for (const [index, word] of words.entries()) {
    if (index > 0 && at + word.length + 1 > width) {
      text += `\n${indent}`
      at = indent.length
    }
    text += ` ${word}`
    at += word.length + 1
  }
  return text
}

/** Of the program, in the usage of a command: what it can't do without. */
function whatMustStandBefore(scope: Scope): readonly string[] {
  return [
    ...scope.arguments.filter((argument) => argument.required === true && scope.groupOf(argument) === undefined).map(bracketed),
    ...scope.groups.filter(({ required }) => required === true).flatMap(choice),
  ]
}

/** `(--a A | --b B)`; one word for each member and each bar, since lines may end there. */
function choice({ members, required }: Group): readonly string[] {
  const [only] = members
  if (only === undefined) return []
  if (members.length === 1) return [required === true ? plain(only) : bracketed(only)]
  const [open, close] = required === true ? ['(', ')'] : ['[', ']']
  return members.flatMap((member, index) => {
    const word = `${index === 0 ? open : ''}${plain(member)}${index === members.length - 1 ? close : ''}`
    return index === 0 ? [word] : ['|', word]
  })
}

function bracketed(argument: Argument): string {
  return argument.required === true ? plain(argument) : `[${plain(argument)}]`
}

function plain(argument: Argument): string {
  return `${argument.flags[0] ?? ''} ${argumentOf(argument)}`.trimEnd()
}
