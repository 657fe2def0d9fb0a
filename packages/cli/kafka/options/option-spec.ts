/** One option of a tool, as joptsimple would be told of it. */
export interface OptionSpec {
  /** What it is for, in a sentence. Line feeds stay where they are. */
  readonly doc: string
  /** It takes an argument, which must be there; this is what it is called in the help, or '' for nothing. */
  readonly argument?: string
  /** It takes an argument, which may be left out. */
  readonly optionalArgument?: string
  /** What its argument is read as, when somebody asks for it. By default a text. */
  readonly type?: 'string' | 'int' | 'long' | 'double' | 'boolean'
  /** Only these words go, in any case. The help shows them, or `pattern`. */
  readonly oneOf?: readonly string[]
  readonly pattern?: string
  /** Cuts an argument into several; what is empty between two is dropped. */
  readonly separatedBy?: string
  /** What is given by those who ask for a value when the option was not. */
  readonly default?: string | number | boolean
  /** Parsing fails without it, unless help or version are asked for. */
  readonly required?: boolean
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

export function takesArgument(spec: OptionSpec): boolean {
  return spec.argument !== undefined || spec.optionalArgument !== undefined
}
