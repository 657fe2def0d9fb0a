/** One option of a tool, as argparse4j would be told of it. Its name is the key that it stands under, and its long flag. */
export interface ArgumentSpec {
  /** What it is for, in a sentence. Line feeds stay where they are. */
  readonly help: string
  /** One letter: `t` for `-t`. */
  readonly short?: string
  /** What its argument is called; by default its name in capitals. */
  readonly metavar?: string
  /** By default a text. A `long` of more than 53 bits is not kept exactly. */
  readonly type?: 'int' | 'long' | 'double'
  /**
   * `flag` takes no argument; `append` may be given again and again; `list` takes all words up to the next option, and the last `list` counts. By default an
   * option takes one argument, and the last one counts.
   */
  readonly kind?: 'flag' | 'append' | 'list'
  readonly required?: boolean
  readonly default?: string | number
  readonly choices?: readonly (string | number)[]
  /** Which group of `groups` it belongs to. */
  readonly group?: string
}

/** Options of which only one may be given. */
export interface GroupSpec {
  readonly title?: string
  readonly description?: string
  /** One of them must be given. */
  readonly required?: boolean
}

/** Options in the order in which help and usage name them. */
export interface ArgumentsSpec {
  readonly arguments?: Readonly<Record<string, ArgumentSpec>>
  readonly groups?: Readonly<Record<string, GroupSpec>>
}

export interface CommandSpec extends ArgumentsSpec {
  readonly help: string
}

export interface ParserSpec extends ArgumentsSpec {
  readonly description: string
  /** Words of which the first that is no option must be one; what follows belongs to that command. */
  readonly commands?: Readonly<Record<string, CommandSpec>>
}

/** What an option is read as; undefined when it may be left out. */
type ValueOf<Spec extends ArgumentSpec> = Spec extends { readonly kind: 'flag' }
  ? boolean
  :
      | (Spec extends { readonly kind: 'append' | 'list' }
          ? readonly string[]
          : Spec extends { readonly type: 'int' | 'long' | 'double' }
            ? number
            : string)
      | (Spec extends { readonly required: true } | { readonly default: string | number } ? never : undefined)

type NoValues = Readonly<Record<string, undefined>>

/** What a command line gives for these options. */
export type Values<Spec extends ArgumentsSpec> =
  Spec['arguments'] extends Readonly<Record<string, ArgumentSpec>>
    ? { readonly [Name in keyof Spec['arguments']]: ValueOf<Spec['arguments'][Name]> }
    : NoValues

/** What a whole command line says: its options, or with commands the one that was given, and the options of both. */
export type Parsed<Spec extends ParserSpec> =
  Spec['commands'] extends Readonly<Record<string, CommandSpec>>
    ? {
        readonly [Name in keyof Spec['commands']]: {
          readonly command: Name
          readonly main: Values<Spec>
          readonly values: Values<Spec['commands'][Name]>
        }
      }[keyof Spec['commands']]
    : Values<Spec>
