import type { ConfigDef } from './config-def.ts'
import { ConfigError } from './config-error.ts'
import { define } from './define.ts'
import type { Options, OrNull } from './define.ts'

export interface ListOptions<Default> extends Options<Default> {
  readonly isNonEmpty?: true
  /** Says what is wrong with a list as it was given, or nothing. */
  readonly check?: (values: readonly string[]) => string | undefined
  /** What the check allows, for the reference. */
  readonly valid?: string
}

/** Texts with commas between them. What comes twice counts once, as in Kafka. */
export function list<const Default extends readonly string[] | null = readonly string[]>(
  options: ListOptions<Default>,
): ConfigDef<readonly string[] | OrNull<Default>> {
  const read = (name: string, text: string): readonly string[] => {
    const values = itemsOf(text)
    checkList(name, values, options, 'any non-empty value')
    const wrong = options.check?.(allItemsOf(text))
    if (wrong !== undefined) throw ConfigError.invalidValue(name, `[${allItemsOf(text).join(', ')}]`, wrong)
    return values
  }
  return define(
    { type: 'LIST', valid: options.valid ?? (options.isNonEmpty ? 'non-empty list' : ''), read, canonical },
    options,
    textOf(options),
  )
}

/** Some of a few words, with commas between them. */
export function listOf<const Word extends string, const Default extends readonly Word[] | null = readonly Word[]>(
  words: readonly Word[],
  options: Omit<ListOptions<Default>, 'check' | 'valid'>,
): ConfigDef<readonly Word[] | OrNull<Default>> {
  const valid = `[${words.join(', ')}]`
  const read = (name: string, text: string): readonly Word[] => {
    const values = itemsOf(text)
    checkList(name, values, options, valid)
    return values.map((value) => {
      const found = words.find((word) => word === value)
      if (found === undefined) throw ConfigError.invalidValue(name, value, `String must be one of: ${words.join(', ')}`)
      return found
    })
  }
  return define({ type: 'LIST', valid, read, canonical }, options, textOf(options))
}

/** What stands between the commas, each once. An empty text is an empty list. */
export function itemsOf(text: string): readonly string[] {
  return [...new Set(allItemsOf(text))]
}

function allItemsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((item) => item.trim())
}

function checkList(name: string, values: readonly string[], options: ListOptions<unknown>, valid: string): void {
  if (options.isNonEmpty && values.length === 0)
    throw new ConfigError(`Configuration '${name}' must not be empty. Valid values include: ${valid}`)
  if (values.includes('')) throw new ConfigError(`Configuration '${name}' values must not be empty.`)
}

function canonical(text: string): string {
  return itemsOf(text).join()
}

function textOf(options: Options<readonly string[] | null>): string | null | undefined {
  return options.default?.join() ?? (options.default === null ? null : undefined)
}
