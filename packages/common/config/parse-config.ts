import type { ConfigDef, ConfigDefs, ConfigOf } from './config-def.ts'
import { ConfigError } from './config-error.ts'

/**
 * The values of all declared settings, out of texts and defaults. Settings that nobody declared are left alone.
 * Throws one `ConfigError` that names everything that is wrong, so that nobody has to start five times.
 */
export function parseConfig<Defs extends ConfigDefs>(defs: Defs, texts: ReadonlyMap<string, string>): ConfigOf<Defs>
export function parseConfig(defs: ConfigDefs, texts: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  const wrong: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, def] of Object.entries(defs)) {
    try {
      values[name] = parseSetting(name, def, texts.get(name))
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      wrong.push(error.message)
    }
  }
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'))
  return values
}

/** The value of one setting out of its text, or of its default when there is none. */
export function parseSetting<Value>(name: string, def: ConfigDef<Value>, text: string | undefined): Value
export function parseSetting(name: string, def: ConfigDef, text: string | undefined): unknown {
  const chosen = text ?? def.default
  if (chosen === undefined) throw new ConfigError(`Missing required configuration "${name}" which has no default value.`)
  return chosen === null ? null : def.parse(name, chosen)
}

/** The defaults, with some settings replaced: for tests, and for embedded use. */
export function configWith<Defs extends ConfigDefs>(defs: Defs, overrides?: Partial<ConfigOf<Defs>>): ConfigOf<Defs>
export function configWith(defs: ConfigDefs, overrides: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const values = Object.entries(defs).map(([name, def]) => [name, name in overrides ? overrides[name] : parseSetting(name, def, undefined)])
  return Object.fromEntries(values)
}
