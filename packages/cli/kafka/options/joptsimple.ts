import { canConvert } from './conversion.ts'
import { helpOf } from './help-layout.ts'
import { OptionException } from './option-exception.ts'
import { takesArgument } from './option-spec.ts'
import type { OptionSpec, OptionSpecs } from './option-spec.ts'
import { Options } from './options.ts'

const helpAndVersion = {
  help: { doc: 'Say how this tool is used, and do nothing else.' },
  version: { doc: 'Say which version of Kafka this tool is of, and do nothing else.' },
} as const satisfies OptionSpecs

/** `help` and `version` are there without being declared. */
export type OptionName<Specs extends OptionSpecs> = (keyof Specs & string) | keyof typeof helpAndVersion

/**
 * Reads command lines by the rules of joptsimple 5.0.4, as most of Kafka's tools do: `--x v`, `--x=v`, `-x v`, options anywhere, `--` ends them,
 * no abbreviations.
 *
 * ```ts
 * const parser = new OptionParser({ topic: { doc: 'Its name.', argument: 'topic' }, partitions: { doc: 'How many.', argument: '# of partitions', type: 'int' } })
 * const options = parser.parse(args)
 * if (options.has('topic')) create(options.value('topic'), options.number('partitions'))
 * ```
 */
export class OptionParser<const Specs extends OptionSpecs> {
  readonly #specs: ReadonlyMap<string, OptionSpec>

  /** `bare`: without `--help` and `--version`. */
  constructor(specs: Specs, { bare = false }: { readonly bare?: boolean } = {}) {
    this.#specs = new Map(Object.entries({ ...(bare ? {} : helpAndVersion), ...specs }))
  }

  /** Throws `OptionException`. What cannot be converted is found later, when it is asked for. */
  parse(args: readonly string[]): Options<OptionName<Specs>> {
    const given = new Map<string, string[]>()
    const rest: string[] = []
    let at = 0
    const inOrder: string[] = []
    const add = (name: string, ...values: readonly string[]): void => {
      given.set(name, [...(given.get(name) ?? []), ...values])
      inOrder.push(name)
    }
    const option = (name: string, attached: string | undefined): void => {
      const spec = this.#specOf(name)
      if (!takesArgument(spec)) return add(name)
      if (attached !== undefined) return add(name, ...tokens(spec, attached))
      const next = args[at]
      if (spec.argument !== undefined) {
        if (next === undefined) throw new OptionException('OptionMissingRequiredArgument', `Option ${name} requires an argument`)
        at++
        return add(name, ...tokens(spec, next))
      }
      if (next === undefined || !isArgumentOf(spec, next)) return add(name)
      at++
      add(name, ...tokens(spec, next))
    }
    while (at < args.length) {
      const word = args[at++] ?? ''
      if (word === '--') {
        rest.push(...args.slice(at))
        break
      }
      if (!looksLikeAnOption(word)) {
        rest.push(word)
        continue
      }
      const [name, attached] = keyAndValue(word.slice(word.startsWith('--') ? 2 : 1))
      if (word.startsWith('--') || this.#specs.has(name)) option(name, attached)
      else this.#cluster(word.slice(1), option)
    }
    this.#checkRequired(given)
    return new Options(this.#specs, { given, inOrder, rest })
  }

  /** What `--help` shows, without the sentence before it. */
  help(): string {
    return helpOf(this.#specs)
  }

  #specOf(name: string): OptionSpec {
    const spec = this.#specs.get(name)
    if (spec === undefined) throw new OptionException('UnrecognizedOption', `${name} is not a recognized option`)
    return spec
  }

  /** `-abc`: options of one letter each, or one of them with its argument. */
  #cluster(letters: string, option: (name: string, attached: string | undefined) => void): void {
    const names = letters.split('')
    const argumentAt = names.findIndex((name) => takesArgument(this.#specOf(name)))
    const end = argumentAt === -1 ? names.length : argumentAt + 1
    for (const [index, name] of names.slice(0, end).entries()) {
      option(name, index === argumentAt && end < names.length ? letters.slice(end) : undefined)
    }
  }

  #checkRequired(given: ReadonlyMap<string, unknown>): void {
    if (given.has('help') || given.has('version')) return
    const missing = [...this.#specs].filter(([name, { required }]) => required === true && !given.has(name)).map(([name]) => name)
    if (missing.length > 0) throw new OptionException('MissingRequiredOptions', `Missing required option(s) [${missing.join(', ')}]`)
  }
}

function looksLikeAnOption(word: string): boolean {
  return word.startsWith('-') && word !== '-' && word !== '--'
}

/** Whether what stands behind an option with an optional argument is that argument. Negative numbers look like options. */
function isArgumentOf(spec: OptionSpec, word: string): boolean {
  if (!looksLikeAnOption(word)) return tokens(spec, word).every((token) => token === '' || canConvert(spec, token))
  return (spec.type === 'int' || spec.type === 'long' || spec.type === 'double') && canConvert(spec, word)
}

function keyAndValue(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf('=')
  return equals === -1 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)]
}

function tokens({ separatedBy }: OptionSpec, argument: string): readonly string[] {
  const found = separatedBy === undefined ? [argument] : argument.split(separatedBy).filter((token) => token !== '')
  return found.length === 0 ? [argument] : found
}
