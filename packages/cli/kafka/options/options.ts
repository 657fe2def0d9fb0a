import { canConvert } from './conversion.ts'
import { OptionException } from './option-exception.ts'
import type { OptionSpec } from './option-spec.ts'

/** What was found on a command line. */
export interface Given {
  readonly given: ReadonlyMap<string, readonly string[]>
  readonly inOrder: readonly string[]
  readonly rest: readonly string[]
}

/** What a command line says. Asking for a value throws `OptionException` when it cannot be read, or when there are several. */
export class Options<Name extends string = string> {
  readonly #specs: ReadonlyMap<string, OptionSpec>
  readonly #given: ReadonlyMap<string, readonly string[]>
  /** The words that belong to no option. */
  readonly rest: readonly string[]
  /** The options as they came, each as often as it was written. */
  readonly inOrder: readonly string[]

  constructor(specs: ReadonlyMap<string, OptionSpec>, { given, inOrder, rest }: Given) {
    this.#specs = specs
    this.#given = given
    this.inOrder = inOrder
    this.rest = rest
  }

  /** Whether it was written, with or without an argument. */
  has(name: Name): boolean {
    return this.#given.has(name)
  }

  /** All its arguments; its default when there are none. */
  values(name: Name): readonly string[] {
    const spec = this.#specs.get(name)
    const values = this.#given.get(name) ?? []
    if (spec === undefined) return values
    if (values.length === 0) return spec.default === undefined ? [] : [String(spec.default)]
    const unreadable = values.find((value) => !canConvert(spec, value))
    if (unreadable !== undefined)
      throw new OptionException('OptionArgumentConversion', `Cannot parse argument '${unreadable}' of option ${name}`)
    return values
  }

  /** Its argument, or its default. */
  value(name: Name): string | undefined {
    const values = this.values(name)
    if (values.length > 1)
      throw new OptionException('MultipleArgumentsForOption', `Found multiple arguments for option ${name}, but you asked for only one`)
    return values[0]
  }

  /** Its argument as a number. One that needs more than 53 bits is not what was written: ask for `long`. */
  number(name: Name): number | undefined {
    const value = this.value(name)
    return value === undefined ? undefined : Number(value.replace(/(?<=[\d.])[fFdD]\s*$/, ''))
  }

  long(name: Name): bigint | undefined {
    const value = this.value(name)
    return value === undefined ? undefined : BigInt(value.replace(/^\+/, ''))
  }
}
