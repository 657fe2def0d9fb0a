import type { ConfigDef, ConfigDefs } from '@odradek/common/config'
import { brokerConfig } from './all-settings.ts'
import { dynamicOnlyConfig } from './settings/dynamic-only.ts'

const all: ConfigDefs = { ...brokerConfig, ...dynamicOnlyConfig }

/** Settings that can be given in several units; the first that is set counts. */
const families: readonly (readonly string[])[] = [
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
]

/** Settings of a listener that are given for each SASL mechanism: listener.name.<listener>.<mechanism>.<setting>. */
const perMechanism = [
  'sasl.jaas.config',
  'sasl.login.callback.handler.class',
  'sasl.login.class',
  'sasl.server.callback.handler.class',
  'connections.max.reauth.ms',
]

/** The setting of which this one is the variant of one listener; undefined for a name without listener. */
export function listenerBaseName(name: string): string | undefined {
  const base = /^listener\.name\.[^.]*\.(.*)$/.exec(name)?.[1]
  return base === undefined ? undefined : (perMechanism.find((setting) => base.endsWith(setting)) ?? base)
}

/** The names under which the value of a setting may be given, the one that counts first in front. */
export function brokerSynonyms(name: string): readonly string[] {
  if (name === 'log.flush.interval.ms') return ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms']
  const base = listenerBaseName(name)
  if (base !== undefined) return [name, base]
  return families.find((family) => family.includes(name)) ?? [name]
}

/** The declaration of a setting of the broker, also of one with the prefix of a listener; undefined when nobody knows it. */
export function brokerDefOf(name: string): ConfigDef | undefined {
  if (Object.hasOwn(all, name)) return all[name]
  const base = listenerBaseName(name)
  // A variant of one listener has no default of its own.
  return base !== undefined && Object.hasOwn(all, base) ? { ...defOf(base), default: null, scope: 'read-only' } : undefined
}

function defOf(name: string): ConfigDef {
  const def = all[name]
  if (def === undefined) throw new Error(`no setting ${name}`)
  return def
}
