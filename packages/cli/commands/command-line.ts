import { parseArgs } from 'node:util'
import { nearestName } from '@odradek/common/config'
import { UsageError } from '../usage-error.ts'
import type { Options, OptionSpec, ValuesOf } from './options.ts'

export interface CommandLine {
  /** What was given for each option. */
  readonly given: ReadonlyMap<string, readonly string[]>
  readonly words: readonly string[]
}

/**
 * Reads the arguments of one command.
 *
 * @throws UsageError for what is no option of it, with the one that was probably meant, and for a value that is missing or too much.
 */
export function readCommandLine(specs: Options, args: readonly string[]): CommandLine {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { kind, short }]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: true, ...(short === undefined ? {} : { short }) },
    ]),
  )
  const { tokens, positionals } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const given = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const spec = specs[token.name]
    if (spec === undefined) throw unknownOption(token.rawName, specs)
    if (spec.kind === 'flag' && token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`)
    if (spec.kind !== 'flag' && (token.value === undefined || isOption(token, specs)))
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value}`)
    given.set(token.name, [...(given.get(token.name) ?? []), token.value ?? ''])
  }
  return { given, words: positionals }
}

/** The values of some options out of a command line. @throws UsageError for one that is not of its kind. */
export function valuesOf<O extends Options>(specs: O, { given }: CommandLine): ValuesOf<O> {
  const entries = Object.entries(specs).map(([name, spec]): readonly unknown[] => [name, valueOf(name, spec, given.get(name) ?? [])])
  const values: ValuesOf<O> = Object.fromEntries(entries)
  return values
}

function valueOf(name: string, spec: OptionSpec, given: readonly string[]): unknown {
  if (spec.kind === 'flag') return given.length > 0
  if (spec.kind === 'texts') return given
  if (given.length > 1) throw new UsageError(`--${name} is given ${given.length} times, and can be given once`)
  const [value] = given
  if (value === undefined) return undefined
  if (spec.kind === 'text') {
    if (spec.choices?.includes(value) === false) throw new UsageError(`--${name} ${value}: it is one of ${spec.choices.join(', ')}`)
    return value
  }
  if (!/^\d{1,15}$/.test(value)) throw new UsageError(`--${name} ${value}: a whole number is wanted`)
  return Number(value)
}

/** `--topic --from 3`: the value was forgotten. Only where it really is an option; `-1` and `-X` may be values. */
function isOption(token: { readonly value?: string | undefined; readonly inlineValue?: boolean | undefined }, specs: Options): boolean {
  return (
    token.inlineValue === false && token.value?.startsWith('--') === true && Object.hasOwn(specs, token.value.slice(2).split('=')[0] ?? '')
  )
}

function unknownOption(rawName: string, specs: Options): UsageError {
  const name = rawName.replace(/^-+/, '')
  const nearest = nearestName(name, Object.keys(specs))
  return new UsageError(`there is no option ${rawName} here.${nearest === undefined ? '' : ` Did you mean --${nearest}?`}`)
}
