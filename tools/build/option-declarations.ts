import type { ConfigDef, ConfigDefs } from '@odradek/common/config'
import { adminConfig, camelCase, clientConfig, consumerConfig, producerConfig, sharedConfig } from '../../packages/client/config/index.ts'

/**
 * The interfaces of options as they are published: written out, with the documentation of each setting at its name, where in the source
 * they are derived from the declarations. `source` is the derived form; what is not derived there is kept.
 */
export function optionDeclarations(source: string): string {
  const common = `\n/** Settings that all clients know. */\ninterface CommonSettings {\n${members(clientConfig, [])}}\n`
  return Object.entries(interfaces).reduce((text, [name, { defs, instead }]) => {
    const derived = new RegExp(`(export interface ${name} extends )(?:Omit<OptionsOf<typeof \\w+>, [\\w' |"]+>|OptionsOf<typeof \\w+>), `)
    if (!derived.test(text)) throw new Error(`${name} is not where it was: look at packages/client/config/options.ts`)
    const own = Object.fromEntries(Object.entries(defs).filter(([setting, def]) => commonDefs[setting] !== def))
    // What an admin says of a setting that all have counts for it.
    const overridden = Object.keys(own).filter((setting) => Object.hasOwn(commonDefs, setting))
    const base =
      overridden.length === 0
        ? 'CommonSettings'
        : `Omit<CommonSettings, ${overridden.map((setting) => `'${camelCase(setting)}'`).join(' | ')}>`
    return `${text.replace(derived, `$1${name}Alone, `)}\ninterface ${name}Alone extends ${base} {\n${members(own, instead)}}\n`
  }, source + common)
}

const commonDefs: ConfigDefs = clientConfig

const interfaces: Readonly<Record<string, { readonly defs: ConfigDefs; readonly instead: readonly string[] }>> = {
  ClientOptions: { defs: sharedConfig, instead: [] },
  ProducerOptions: { defs: producerConfig, instead: ['acks'] },
  ConsumerOptions: { defs: consumerConfig, instead: ['auto.offset.reset'] },
  AdminOptions: { defs: adminConfig, instead: [] },
}

function members(defs: ConfigDefs, instead: readonly string[]): string {
  return Object.entries(defs)
    .filter(([name]) => !instead.includes(name))
    .map(([name, def]) => `${comment(def)}    readonly ${camelCase(name)}?: ${typeOf(def)} | undefined;\n`)
    .join('')
}

function comment(def: ConfigDef): string {
  if (def.unused !== undefined) return ''
  const hasDefault = def.default !== undefined && def.default !== null && def.default !== ''
  return `    /** ${def.doc.replaceAll('*/', '* /')}${hasDefault ? ` By default ${def.default}.` : ''} */\n`
}

function typeOf(def: ConfigDef): string {
  if (def.type === 'BOOLEAN') return 'boolean'
  if (def.type === 'PASSWORD') return 'string | Secret'
  if (def.type === 'LIST') return 'string | readonly string[]'
  if (def.type !== 'STRING' && def.type !== 'CLASS') return 'number'
  const words = /^\[([\w, ]*)\]$/.exec(def.valid)?.[1]?.split(', ')
  return words === undefined ? 'string' : words.map((word) => `'${word}'`).join(' | ')
}
