import type { ConfigDef, ConfigDefs, ConfigType } from '@odradek/common/config'
import { brokerConfig, clientMetricsConfig, groupConfig, topicConfig } from './all-settings.ts'
import { brokerDefOf } from './broker-names.ts'
import { brokerText, configSource, synonymsOf } from './config-layers.ts'
import type { ConfigLayers, ConfigSynonym, ConfigTexts } from './config-layers.ts'
import { textFromBroker } from './effective.ts'

/** A setting as DescribeConfigs answers it. */
export interface DescribedSetting {
  readonly name: string
  /** null when there is none, or when nobody may see it. */
  readonly value: string | null
  readonly readOnly: boolean
  readonly configSource: number
  readonly isSensitive: boolean
  /** The first is the one that counts. */
  readonly synonyms: readonly ConfigSynonym[]
  readonly configType: number
  /** null for a setting that nobody declared. */
  readonly documentation: string | null
}

/** Kafka's numbers for types; 0 is for what nobody knows. */
const typeCodes: Readonly<Record<ConfigType, number>> = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
}

/** All settings of a topic, by name. */
export function describeTopic(entries: ConfigTexts, layers: ConfigLayers): readonly DescribedSetting[] {
  return shownNames(topicConfig, entries).map((name) => {
    const def = topicConfig[name]
    const [first] = def.synonyms
    const fromBroker = first === undefined ? [] : synonymsOf(first.name, layers)
    return described(name, def, {
      own: entries.get(name),
      source: configSource.topic,
      value: textFromBroker(name, def, layers),
      synonyms: fromBroker,
    })
  })
}

/** All settings of a group, by name. */
export function describeGroup(entries: ConfigTexts, layers: ConfigLayers): readonly DescribedSetting[] {
  return shownNames(groupConfig, entries).map((name) => {
    const def = groupConfig[name]
    const [first] = def.synonyms
    const fromBroker =
      first === undefined ? [{ name, value: def.default ?? null, source: configSource.default }] : synonymsOf(first.name, layers)
    return described(name, def, {
      own: entries.get(name),
      source: configSource.group,
      value: textFromBroker(name, def, layers),
      synonyms: fromBroker,
    })
  })
}

/** All settings of a subscription to client metrics, by name. */
export function describeClientMetrics(entries: ConfigTexts): readonly DescribedSetting[] {
  return shownNames(clientMetricsConfig, entries).map((name) => {
    const def = clientMetricsConfig[name]
    return described(name, def, { own: entries.get(name), source: configSource.clientMetrics, value: def.default ?? null, synonyms: [] })
  })
}

/** All settings of a broker, by name, and with them what was given that nobody knows. */
export function describeBroker(layers: ConfigLayers): readonly DescribedSetting[] {
  const given = [layers.dynamicBroker, layers.dynamicDefault, layers.file].flatMap((texts) => [...texts.keys()])
  const shown = Object.entries(brokerConfig).flatMap(([name, def]) => (def.isInternal ? [] : [name]))
  return [...new Set([...shown, ...given])]
    .toSorted()
    .map((name) => describeBrokerSetting(name, brokerText(name, layers), synonymsOf(name, layers)))
}

/** What is set for all brokers together, by name; nothing else. */
export function describeBrokerDefaults({ dynamicDefault }: ConfigLayers): readonly DescribedSetting[] {
  return [...dynamicDefault]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => {
      const isSensitive = brokerDefOf(name)?.isSensitive ?? true
      return describeBrokerSetting(name, text, [{ name, value: isSensitive ? null : text, source: configSource.dynamicDefault }])
    })
}

function describeBrokerSetting(name: string, text: string | null, synonyms: readonly ConfigSynonym[]): DescribedSetting {
  const def = brokerDefOf(name)
  const isSensitive = def?.isSensitive ?? true
  return {
    name,
    value: text === null || isSensitive ? null : (def?.canonical(name, text) ?? text),
    readOnly: (def?.scope ?? 'read-only') === 'read-only',
    configSource: synonyms[0]?.source ?? configSource.default,
    isSensitive,
    synonyms,
    configType: def === undefined ? 0 : typeCodes[def.type],
    documentation: def?.doc ?? null,
  }
}

interface Found {
  /** What is set for the resource itself. */
  readonly own: string | undefined
  readonly source: number
  /** What holds when nothing is. */
  readonly value: string | null
  readonly synonyms: readonly ConfigSynonym[]
}

function described(name: string, def: ConfigDef, { own, source, value, synonyms }: Found): DescribedSetting {
  const shown = own === undefined ? value : def.canonical(name, own)
  const all = own === undefined ? synonyms : [{ name, value: shown, source }, ...synonyms]
  return {
    name,
    value: shown,
    readOnly: false,
    configSource: all[0]?.source ?? configSource.default,
    isSensitive: false,
    synonyms: all,
    configType: typeCodes[def.type],
    documentation: def.doc,
  }
}

/** Sorted; internal ones only when they are set. */
function shownNames<Defs extends ConfigDefs>(defs: Defs, entries: ConfigTexts): readonly (keyof Defs & string)[] {
  const names = Object.keys(defs).filter((name): name is keyof Defs & string => defs[name]?.isInternal === false || entries.has(name))
  return names.toSorted()
}
