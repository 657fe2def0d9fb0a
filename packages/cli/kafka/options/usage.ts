import type { Terminal } from '../../terminal.ts'
import { Exit } from '../exit.ts'
import { kafkaVersion } from '../kafka-version.ts'
import { OptionException } from './option-exception.ts'
import type { Options } from './options.ts'
import { sayRenamed } from './renamed.ts'
import type { Saying } from './renamed.ts'

/** Whatever can say how it is used: an `OptionParser`. */
interface Helpful {
  help(): string
}

/**
 * What Kafka's tools do about command lines that do not go (`CommandLineUtils`): a sentence and the help on stderr, exit code 1.
 *
 * ```ts
 * const usage = new Usage(terminal, parser)
 * const options = usage.parse(() => parser.parse(args))
 * usage.helpOrVersion(options, args, 'This tool helps …')
 * usage.required(options, 'topic')
 * ```
 */
export class Usage {
  readonly #terminal: Terminal
  readonly #parser: Helpful

  constructor(terminal: Terminal, parser: Helpful) {
    this.#terminal = terminal
    this.#parser = parser
  }

  /** Says it, shows the help, and ends the tool with code 1. */
  fail(message: string): never {
    this.#terminal.err(`${message}\n${this.#parser.help()}`)
    throw new Exit(1)
  }

  /** Ends the tool; all has been said. */
  exit(code: number): never {
    throw new Exit(code)
  }

  /** For tools that show their help when options can not be read. Those that don't call `parser.parse` themselves. */
  parse<Parsed>(parse: () => Parsed): Parsed {
    try {
      return parse()
    } catch (error) {
      if (error instanceof OptionException) this.fail(error.message)
      throw error
    }
  }

  /** `--help`, and no arguments at all: the help, with code 1. `--version`: the version, with code 0. */
  helpOrVersion(options: Options<'help' | 'version'>, args: readonly string[], message: string): void {
    if (args.length === 0 || options.has('help')) this.fail(message)
    if (!options.has('version')) return
    void this.#terminal.out(`${kafkaVersion}\n`)
    throw new Exit(0)
  }

  /** The first that is missing is named. */
  required<Name extends string>(options: Options<Name>, ...names: readonly Name[]): void {
    const missing = names.find((name) => !options.has(name))
    if (missing !== undefined) this.fail(`Missing required argument "[${missing}]"`)
  }

  /** Beside `used`, none of the others goes. */
  invalid<Name extends string>(options: Options<Name>, used: Name, ...others: readonly Name[]): void {
    const wrong = options.has(used) ? others.find((name) => options.has(name)) : undefined
    if (wrong !== undefined) this.fail(`Option "[${used}]" can't be used with option "[${wrong}]"`)
  }

  /** Beside all of `used`, none of the others goes; `advice` ends the sentence. */
  invalidBesideAll<Name extends string>(options: Options<Name>, used: readonly Name[], others: readonly Name[], advice = ''): void {
    const wrong = used.every((name) => options.has(name)) ? others.find((name) => options.has(name)) : undefined
    if (wrong === undefined) return
    this.fail(`Option combination "[${used.map((name) => `[${name}]`).join(', ')}]" can't be used with option "[${wrong}]"${advice}`)
  }

  exactlyOne<Name extends string>(options: Options<Name>, ...names: readonly Name[]): void {
    if (names.filter((name) => options.has(name)).length === 1) return
    this.fail(`Exactly one of the following arguments is required: ${names.map((name) => `[${name}]`).join(', ')}`)
  }

  /** Two names of the same, in the order in which the tool names them. */
  notTogether<Name extends string>(options: Options<Name>, one: Name, other: Name): void {
    if (options.has(one) && options.has(other)) this.fail(`Options --${one} and --${other} cannot be specified together.`)
  }

  /** The name by which an option was given, the old one with a line on stderr; the new one when it was not given. */
  renamed<Old extends string, Now extends string>(options: Options<Old | Now>, saying: Saying, old: Old, now: Now): Old | Now {
    if (!options.has(old)) return now
    sayRenamed(this.#terminal, saying, old, now)
    return old
  }
}
