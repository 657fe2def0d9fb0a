import { ConfigError, parseConfig } from '@odradek/common/config'
import type { BrokerSynonym, ConfigDef, ConfigDefs } from '@odradek/common/config'
import { brokerConfig, groupConfig, topicConfig } from './all-settings.ts'
import type { BrokerConfig, GroupConfig, TopicConfig } from './all-settings.ts'
import { brokerText } from './config-layers.ts'
import type { ConfigLayers, ConfigTexts } from './config-layers.ts'

/** The settings that hold for a broker. A dynamic value that cannot be read, say of a newer version, is passed over. */
export function effectiveBrokerConfig({ dynamicBroker, dynamicDefault, file }: ConfigLayers): BrokerConfig {
  const texts = new Map(file)
  for (const layer of [dynamicDefault, dynamicBroker]) for (const [name, text] of layer) if (isReadable(name, text)) texts.set(name, text)
  return parseConfig(brokerConfig, texts)
}

/** The settings that hold for a topic for which `entries` are set. */
export function effectiveTopicConfig(entries: ConfigTexts, layers: ConfigLayers): TopicConfig {
  return parseConfig(topicConfig, effectiveTexts(topicConfig, entries, layers))
}

/** The settings that hold for a group for which `entries` are set. */
export function effectiveGroupConfig(entries: ConfigTexts, layers: ConfigLayers): GroupConfig {
  return parseConfig(groupConfig, effectiveTexts(groupConfig, entries, layers))
}

/** A text for each setting that has one: the resource's own, the broker's in the right unit, or the default. */
function effectiveTexts(defs: ConfigDefs, entries: ConfigTexts, layers: ConfigLayers): ConfigTexts {
  const texts = new Map<string, string>()
  for (const [name, def] of Object.entries(defs)) {
    const text = entries.get(name) ?? textFromBroker(name, def, layers)
    if (text !== null) texts.set(name, text)
  }
  return texts
}

/** What holds for a setting of a topic or group for which nothing is set; null when it then has no value. */
export function textFromBroker(name: string, def: ConfigDef, layers: ConfigLayers): string | null {
  for (const synonym of def.synonyms) {
    const text = brokerText(synonym.name, layers)
    if (text !== null) return inUnitsOf(name, def, text, synonym)
  }
  return def.default ?? null
}

function inUnitsOf(name: string, def: ConfigDef, text: string, { times }: BrokerSynonym): string {
  // Every negative time of the broker means "for ever", of which topics know one word only.
  if (name === 'retention.ms' && text.trim().startsWith('-')) return '-1'
  return times === 1 ? def.canonical(name, text) : String(BigInt(text.trim()) * BigInt(times))
}

function isReadable(name: string, text: string): boolean {
  const defs: ConfigDefs = brokerConfig
  const def = Object.hasOwn(defs, name) ? defs[name] : undefined
  try {
    def?.parse(name, text)
    return true
  } catch (error) {
    if (error instanceof ConfigError) return false
    throw error
  }
}
