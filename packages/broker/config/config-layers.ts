import type { ClusterImage } from '@odradek/metadata'
import { brokerDefOf, brokerSynonyms } from './broker-names.ts'

/** Names and values of settings, as somebody gave them. */
export type ConfigTexts = ReadonlyMap<string, string>

/** Where a broker's settings come from, the strongest first. Below them all are the defaults. */
export interface ConfigLayers {
  /** Set for this broker while it runs. */
  readonly dynamicBroker: ConfigTexts
  /** Set for all brokers while they run. */
  readonly dynamicDefault: ConfigTexts
  /** Given at the start: file, environment, command line. */
  readonly file: ConfigTexts
}

/** The layers as the cluster has them now. */
export function layersOf(image: ClusterImage, nodeId: number, file: ConfigTexts): ConfigLayers {
  return { dynamicBroker: image.configs.of('broker', String(nodeId)), dynamicDefault: image.configs.of('broker', ''), file }
}

/** The text that counts for a setting of the broker: of the strongest layer that has it, else the default; null when there is none. */
export function brokerText(name: string, { dynamicBroker, dynamicDefault, file }: ConfigLayers): string | null {
  return dynamicBroker.get(name) ?? dynamicDefault.get(name) ?? file.get(name) ?? brokerDefOf(name)?.default ?? null
}

/** Kafka's numbers for where a value comes from. */
export const configSource = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefault: 3,
  file: 4,
  default: 5,
  brokerLogger: 6,
  clientMetrics: 7,
  group: 8,
} as const

/** A value that a setting has in some place, under this or a related name. */
export interface ConfigSynonym {
  readonly name: string
  /** null when nobody may see it. */
  readonly value: string | null
  readonly source: number
}

/**
 * Every value that the layers have for a setting of the broker, the strongest first, as Kafka lists them.
 *
 * Each layer is asked for all related names before the next one is: with log.retention.hours in the file and
 * log.retention.ms set dynamically, log.retention.ms comes first. What stands before the setting's own name is left out,
 * so that log.retention.ms has no synonyms at all while only log.retention.hours is given.
 */
export function synonymsOf(name: string, { dynamicBroker, dynamicDefault, file }: ConfigLayers): readonly ConfigSynonym[] {
  const names = brokerSynonyms(name)
  const isSensitive = brokerDefOf(name)?.isSensitive ?? true
  const found = (source: number, textOf: (name: string) => string | null | undefined): ConfigSynonym[] =>
    names.flatMap((synonym) => {
      const text = textOf(synonym)
      return text === undefined || text === null ? [] : [{ name: synonym, value: isSensitive ? null : text, source }]
    })
  const all = [
    ...found(configSource.dynamicBroker, (synonym) => dynamicBroker.get(synonym)),
    ...found(configSource.dynamicDefault, (synonym) => dynamicDefault.get(synonym)),
    ...found(configSource.file, (synonym) => file.get(synonym)),
    ...found(configSource.default, (synonym) => brokerDefOf(synonym)?.default),
  ]
  const own = all.findIndex((synonym) => synonym.name === name)
  return own === -1 ? [] : all.slice(own)
}
