import { ArgumentException } from './argument-exception.ts'
import { convert } from './conversion.ts'
import { HelpAsked } from './help-asked.ts'
import { helpArgument, textualName } from './scope.ts'
import type { Argument, Group, Scope } from './scope.ts'

export type Value = string | number | boolean | readonly (string | number)[] | undefined

/** What was read of one scope. */
export interface Read {
  readonly scope: Scope
  readonly values: Readonly<Record<string, Value>>
}

/** Goes through a command line once: the options of the program, then those of its command. */
export class Reading {
  readonly #args: readonly string[]
  #at = 0
  #isBehindSeparator = false
  /** What is missing is told only when everything else is right. */
  #missing: ArgumentException | undefined

  constructor(args: readonly string[]) {
    this.#args = args
  }

  /** One for the program, and one for its command if it has any. */
  read(scope: Scope): readonly Read[] {
    const read = this.#scope(scope)
    if (this.#missing !== undefined) throw this.#missing
    return read
  }

  #scope(scope: Scope): readonly Read[] {
    const values: Record<string, Value> = {}
    for (const argument of scope.arguments) {
      if (argument !== helpArgument) values[argument.name] = argument.kind === 'flag' ? false : argument.default
    }
    const given = new Set<Argument>()
    const chosen = new Map<Group, Argument>()
    const run = (argument: Argument, attached: string | undefined): void => {
      choose(scope, argument, chosen)
      given.add(argument)
      if (argument.kind === 'flag') {
        if (attached !== undefined) throw refusal(argument, `ignore implicit argument '${attached}'`, scope)
        if (argument === helpArgument) throw new HelpAsked(scope)
        values[argument.name] = true
      } else if (argument.kind === 'list') values[argument.name] = this.#list(argument, attached, scope)
      else {
        const value = converted(argument, this.#single(argument, attached, scope), scope)
        const before = values[argument.name]
        values[argument.name] = argument.kind === 'append' ? [...(Array.isArray(before) ? before : []), value] : value
      }
    }
    for (let word = this.#args[this.#at]; word !== undefined; word = this.#args[this.#at]) {
      if (word === '--' && !this.#isBehindSeparator) {
        this.#isBehindSeparator = true
        this.#at++
      } else if (this.#isFlag(word)) {
        this.#at++
        this.#option(word, scope, run)
      } else if (scope.commands.size > 0 && !this.#isBehindSeparator) {
        this.#checkRequired(scope, given, chosen)
        this.#at++
        return [{ scope, values }, ...this.#scope(scope.within(commandFor(word, scope)))]
      } else throw new ArgumentException(`unrecognized arguments: '${this.#args.slice(this.#at).join(' ')}'`, scope)
    }
    if (scope.commands.size > 0) throw new ArgumentException('too few arguments', scope)
    this.#checkRequired(scope, given, chosen)
    return [{ scope, values }]
  }

  #option(word: string, scope: Scope, run: (argument: Argument, attached: string | undefined) => void): void {
    const equals = word.indexOf('=')
    const [flag, attached] = equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
    const argument = find(flag, scope)
    if (argument !== undefined) return run(argument, attached)
    if (word.startsWith('--')) throw unrecognized(word, scope)
    // `-abc`: flags of one letter each, the last one maybe with its argument.
    for (let i = 1; i < word.length; i++) {
      const letter = scope.arguments.find(({ flags }) => flags.includes(`-${word.charAt(i)}`))
      if (letter === undefined) throw unrecognized(word, scope)
      if (letter.kind !== 'flag') return run(letter, i + 1 < word.length ? word.slice(i + 1) : undefined)
      run(letter, undefined)
    }
  }

  #single(argument: Argument, attached: string | undefined, scope: Scope): string {
    const text = attached ?? this.#nextWord()
    if (text === undefined) throw refusal(argument, 'expected one argument', scope)
    return text
  }

  #list(argument: Argument, attached: string | undefined, scope: Scope): readonly (string | number)[] {
    if (attached !== undefined) return [converted(argument, attached, scope)]
    const values: (string | number)[] = []
    for (let text = this.#nextWord(); text !== undefined; text = this.#nextWord()) values.push(converted(argument, text, scope))
    if (values.length === 0) throw refusal(argument, 'expected 1 argument(s)', scope)
    return values
  }

  /** Undefined when there is none, or when it is a flag. */
  #nextWord(): string | undefined {
    const word = this.#args[this.#at]
    if (word === undefined || (word === '--' && !this.#isBehindSeparator) || this.#isFlag(word)) return undefined
    this.#at++
    return word
  }

  /** Negative whole numbers are none, and neither are dashes alone. */
  #isFlag(word: string): boolean {
    return !this.#isBehindSeparator && /^-+[^-]/.test(word) && !/^-\d+$/.test(word)
  }

  #checkRequired(scope: Scope, given: ReadonlySet<Argument>, chosen: ReadonlyMap<Group, Argument>): void {
    if (this.#missing !== undefined) return
    // Of several the last one is told, as argparse4j does.
    const argument = scope.arguments.findLast((each) => each.required === true && !given.has(each))
    const group = scope.groups.find((each) => each.required === true && !chosen.has(each))
    if (argument !== undefined) this.#missing = new ArgumentException(`argument ${textualName(argument)} is required`, scope)
    else if (group !== undefined) {
      const names = group.members.map((member) => `${textualName(member)} `).join('')
      this.#missing = new ArgumentException(`one of the arguments ${names}is required`, scope)
    }
  }
}

function choose(scope: Scope, argument: Argument, chosen: Map<Group, Argument>): void {
  const group = scope.groupOf(argument)
  if (group === undefined) return
  const other = chosen.get(group)
  if (other !== undefined && other !== argument) throw refusal(argument, `not allowed with argument ${textualName(other)}`, scope)
  chosen.set(group, argument)
}

function converted(argument: Argument, text: string, scope: Scope): string | number {
  const conversion = convert(argument, text)
  if ('problem' in conversion) throw refusal(argument, conversion.problem, scope)
  return conversion.value
}

/** By its flag, or by the beginning of one, if no other begins so. */
function find(flag: string, scope: Scope): Argument | undefined {
  const flags = scope.arguments.flatMap((argument) => argument.flags.map((each) => ({ each, argument })))
  const exact = flags.find(({ each }) => each === flag)
  if (exact !== undefined) return exact.argument
  const [only, ...others] = flags.filter(({ each }) => each.startsWith(flag))
  if (only === undefined || others.length === 0) return only?.argument
  throw ambiguous(
    'option',
    flag,
    [only, ...others].map(({ each }) => each),
    scope,
  )
}

function commandFor(word: string, scope: Scope): string {
  const commands = [...scope.commands.keys()]
  if (commands.includes(word)) return word
  const [only, ...others] = word === '' ? [] : commands.filter((command) => command.startsWith(word))
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined) throw ambiguous('command', word, [only, ...others], scope)
  const listed = commands.map((command) => `'${command}'`).join(', ')
  throw new ArgumentException(`invalid choice: '${word}' (choose from ${listed})`, scope, {
    typed: word,
    words: commands.map((command) => ({ word: command, shown: command })),
  })
}

function ambiguous(kind: 'option' | 'command', typed: string, candidates: readonly string[], scope: Scope): ArgumentException {
  return new ArgumentException(`ambiguous ${kind}: ${typed} could match ${candidates.toSorted().join(', ')}`, scope)
}

function refusal(argument: Argument, message: string, scope: Scope): ArgumentException {
  return new ArgumentException(`argument ${textualName(argument)}: ${message}`, scope)
}

function unrecognized(word: string, scope: Scope): ArgumentException {
  const typed = word.replace(/^-+/, '')
  const words = scope.arguments
    .flatMap(({ flags }) => flags)
    .filter((flag) => flag.startsWith('--'))
    .map((flag) => ({ word: flag.slice(2), shown: flag }))
  const message = `unrecognized arguments: '${word}'`
  return typed.length < 2 ? new ArgumentException(message, scope) : new ArgumentException(message, scope, { typed, words })
}
