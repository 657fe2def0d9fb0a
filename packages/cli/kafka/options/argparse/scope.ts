import type { ArgumentSpec, ArgumentsSpec, CommandSpec, GroupSpec } from './argument-spec.ts'

/** An option with its name. */
export interface Argument extends ArgumentSpec {
  readonly name: string
  /** As they are typed, the long one first, but for `-h`, `--help`. */
  readonly flags: readonly string[]
}

export interface Group extends GroupSpec {
  readonly members: readonly Argument[]
}

/** What is looked at while options are read: those of the program, or those of one of its commands. */
export class Scope {
  readonly prog: string
  readonly description: string
  /** Undefined for the program. */
  readonly command: string | undefined
  /** Of a command: the program. */
  readonly upper: Scope | undefined
  readonly commands: ReadonlyMap<string, CommandSpec>
  /** In the order in which they were declared, `--help` first. */
  readonly arguments: readonly Argument[]
  readonly groups: readonly Group[]
  readonly #groupOf = new Map<Argument, Group>()

  constructor(
    prog: string,
    spec: ArgumentsSpec & { readonly description?: string; readonly commands?: Readonly<Record<string, CommandSpec>> },
    of?: { readonly command: string; readonly upper: Scope },
  ) {
    this.prog = prog
    this.description = spec.description ?? ''
    this.command = of?.command
    this.upper = of?.upper
    this.commands = new Map(Object.entries(spec.commands ?? {}))
    this.arguments = [helpArgument, ...Object.entries(spec.arguments ?? {}).map(([name, argument]) => named(name, argument))]
    this.groups = Object.entries(spec.groups ?? {}).map(([name, group]) => {
      const members = this.arguments.filter((argument) => argument.group === name)
      const made = { ...group, members }
      for (const member of members) this.#groupOf.set(member, made)
      return made
    })
  }

  groupOf(argument: Argument): Group | undefined {
    return this.#groupOf.get(argument)
  }

  /** The options of a command. */
  within(command: string): Scope {
    return new Scope(this.prog, { ...this.commands.get(command), description: '' }, { command, upper: this })
  }
}

export const helpArgument: Argument = {
  name: 'help',
  flags: ['-h', '--help'],
  help: 'Say how this is used, and do nothing else.',
  kind: 'flag',
}

/** As errors call it: `--cluster-id/-t`. */
export function textualName({ flags }: Argument): string {
  return flags.join('/')
}

function named(name: string, spec: ArgumentSpec): Argument {
  return { ...spec, name, flags: [`--${name}`, ...(spec.short === undefined ? [] : [`-${spec.short}`])] }
}
