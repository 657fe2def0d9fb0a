import { ConfigError } from '@odradek/common/config'
import type { ConfigDefs } from '@odradek/common/config'
import { groupConfig } from './all-settings.ts'
import { brokerDefOf } from './broker-names.ts'
import { brokerText } from './config-layers.ts'
import type { ConfigLayers, ConfigTexts } from './config-layers.ts'
import { InvalidRequest } from './invalid-request.ts'

/** Checks what shall be all settings of a group. Throws `ConfigError` or `InvalidRequest`, in Kafka's words. */
export function validateGroup(group: string, entries: ConfigTexts, layers: ConfigLayers): void {
  if (group === '') throw new InvalidRequest('Default group resources are not allowed.')
  const defs: ConfigDefs = groupConfig
  for (const [name, text] of entries) {
    const def = Object.hasOwn(defs, name) ? defs[name] : undefined
    if (def === undefined) throw new ConfigError(`Unknown group config name: ${name}`)
    const value = def.parse(name, text)
    if (typeof value === 'number') checkBounds(name, value, layers)
  }
}

/** The broker bounds what a group may choose: share.session.timeout.ms by group.share.min. and group.share.max.session.timeout.ms. */
function checkBounds(name: string, value: number, layers: ConfigLayers): void {
  const [kind = '', ...rest] = name.split('.')
  const setting = rest.join('.').replace(/^num\./, '')
  const least = `group.${kind}.min.${setting}`
  const most = `group.${kind}.max.${setting}`
  if (value < (boundOf(least, layers) ?? value)) throw new ConfigError(`${name} must be greater than or equal to ${least}`)
  if (value > (boundOf(most, layers) ?? value)) throw new ConfigError(`${name} must be less than or equal to ${most}`)
}

function boundOf(name: string, layers: ConfigLayers): number | undefined {
  return brokerDefOf(name) === undefined ? undefined : Number(brokerText(name, layers))
}
