import { Secret } from '../logging/secret.ts'
import type { BrokerSynonym, ConfigDef, ConfigType, DynamicScope } from './config-def.ts'
import { ConfigError } from './config-error.ts'

/** What can be said of a setting of any type. */
export interface Options<Default> {
  /** null: no value unless given. Left out: somebody must give one. */
  readonly default?: Default
  readonly doc: string
  /** By default it can only be set in the file, before the start. Settings of topics and groups can always be changed. */
  readonly scope?: DynamicScope
  /** Settings of the broker that give the default; the first that is set counts. */
  readonly broker?: string | readonly (string | BrokerSynonym)[]
  /** Kafka's default as text, where ours is another. */
  readonly kafkaDefault?: string | null
  readonly isInternal?: true
  readonly isOurs?: true
  /** Why it is accepted and changes nothing, as the end of a sentence. */
  readonly unused?: string
}

/** How a type reads its texts. */
export interface Kind<Value> {
  readonly type: ConfigType
  /** What is allowed, in Kafka's notation. */
  readonly valid?: string
  /** Understands a trimmed text. Throws `ConfigError`. */
  read(name: string, text: string): Value
  /** The text as Kafka would show it, of one that could be read. */
  canonical?(text: string): string
}

/** Puts a kind and its options together. `defaultText` is the default as text. */
export function define<Value>(kind: Kind<Value>, options: Options<unknown>, defaultText: string | null | undefined): ConfigDef<Value> {
  return {
    type: kind.type,
    default: defaultText,
    ...(options.kafkaDefault === undefined ? {} : { kafkaDefault: options.kafkaDefault }),
    doc: options.unused === undefined ? options.doc : `${options.doc} It has no effect here: ${options.unused}.`,
    ...(options.unused === undefined ? {} : { unused: options.unused }),
    valid: kind.valid ?? '',
    scope: options.scope ?? 'read-only',
    synonyms: synonymsOf(options.broker),
    isSensitive: kind.type === 'PASSWORD',
    isInternal: options.isInternal ?? false,
    isOurs: options.isOurs ?? false,
    parse: (name, text) => kind.read(name, text.trim()),
    canonical: (name, text) => {
      kind.read(name, text.trim())
      return kind.canonical?.(text.trim()) ?? text.trim()
    },
  }
}

function synonymsOf(broker: Options<unknown>['broker']): readonly BrokerSynonym[] {
  const list = broker === undefined ? [] : typeof broker === 'string' ? [broker] : broker
  return list.map((synonym) => (typeof synonym === 'string' ? { name: synonym, times: 1 } : synonym))
}

/** A default of null makes null a value that the setting may have. */
export type OrNull<Default> = null extends Default ? null : never

export function boolean<const Default extends boolean | null = boolean>(options: Options<Default>): ConfigDef<boolean | OrNull<Default>> {
  const read = (name: string, text: string): boolean => {
    const value = { true: true, false: false }[text.toLowerCase()]
    if (value === undefined) throw ConfigError.invalidValue(name, text, 'Expected value to be either true or false')
    return value
  }
  return define({ type: 'BOOLEAN', read, canonical: (text) => text.toLowerCase() }, options, textOf(options.default))
}

export interface StringOptions<Default> extends Options<Default> {
  readonly isNonEmpty?: true
  /** Says what is wrong with a text, or nothing. */
  readonly check?: (text: string) => string | undefined
  /** What the check allows, for the reference. */
  readonly valid?: string
}

export function string<const Default extends string | null = string>(options: StringOptions<Default>): ConfigDef<string | OrNull<Default>> {
  const read = (name: string, text: string): string => {
    if (options.isNonEmpty && text === '') throw ConfigError.invalidValue(name, text, 'String must be non-empty')
    const wrong = options.check?.(text)
    if (wrong !== undefined) throw ConfigError.invalidValue(name, text, wrong)
    return text
  }
  return define(
    { type: 'STRING', valid: options.valid ?? (options.isNonEmpty ? 'non-empty string' : ''), read },
    options,
    textOf(options.default),
  )
}

/** One of a few words. */
export function enumOf<const Word extends string, const Default extends Word | null = Word>(
  words: readonly Word[],
  options: Options<Default> & { readonly ignoresCase?: true },
): ConfigDef<Word | OrNull<Default>> {
  const read = (name: string, text: string): Word => {
    const same = (word: Word): boolean => word === text || (options.ignoresCase === true && word.toLowerCase() === text.toLowerCase())
    const found = words.find(same)
    if (found === undefined) {
      throw ConfigError.invalidValue(
        name,
        text,
        `String must be one of${options.ignoresCase ? ' (case insensitive)' : ''}: ${words.join(', ')}`,
      )
    }
    return found
  }
  return define({ type: 'STRING', valid: `[${words.join(', ')}]`, read }, options, textOf(options.default))
}

/** The name of a class of Kafka's or ours. Nothing is ever loaded by such a name: the part that reads it knows the few that there are. */
export function classOf<const Default extends string | null = string>(options: Options<Default>): ConfigDef<string | OrNull<Default>> {
  const read = (name: string, text: string): string => {
    if (!/^[\w$]+(\.[\w$]+)*$/.test(text)) throw ConfigError.invalidValue(name, text, `Class ${text} could not be found.`)
    return text
  }
  return define({ type: 'CLASS', read }, options, textOf(options.default))
}

/** A text that nobody may see. */
export function password<const Default extends string | null = string>(options: Options<Default>): ConfigDef<Secret | OrNull<Default>> {
  return define({ type: 'PASSWORD', read: (_name, text) => new Secret(text) }, options, textOf(options.default))
}

function textOf(value: string | boolean | null | undefined): string | null | undefined {
  return typeof value === 'boolean' ? String(value) : value
}
