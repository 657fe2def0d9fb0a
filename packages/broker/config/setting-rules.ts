import { ConfigError } from '@odradek/common/config'
import type { ConfigDefs } from '@odradek/common/config'
import type { ClusterImage, ConfigResource, ConfigResourceType, ConfigRules, Outcome } from '@odradek/metadata'
import { brokerConfig, clientMetricsConfig, groupConfig, topicConfig } from './all-settings.ts'
import { brokerDefOf } from './broker-names.ts'
import { brokerText, layersOf } from './config-layers.ts'
import type { ConfigLayers, ConfigTexts } from './config-layers.ts'
import { textFromBroker } from './effective.ts'
import { InvalidRequest } from './invalid-request.ts'
import { validateBroker } from './validate-broker.ts'
import { validateClientMetrics } from './validate-client-metrics.ts'
import { validateGroup } from './validate-group.ts'
import { validateTopic } from './validate-topic.ts'

const defsOf: Readonly<Record<ConfigResourceType, ConfigDefs>> = {
  topic: topicConfig,
  group: groupConfig,
  'client-metrics': clientMetricsConfig,
  broker: brokerConfig,
}

/** What the controller has to know of settings: which may be changed to what, and what holds where nothing is set. */
export class SettingRules implements ConfigRules {
  readonly #nodeId: number
  readonly #file: ConfigTexts
  readonly #image: () => ClusterImage

  /** `file` is what was given at the start. */
  constructor(options: { readonly nodeId: number; readonly file: ConfigTexts; readonly image: () => ClusterImage }) {
    this.#nodeId = options.nodeId
    this.#file = options.file
    this.#image = options.image
  }

  validate({ type, name }: ConfigResource, entries: ConfigTexts, before: ConfigTexts): Outcome | undefined {
    try {
      if (type === 'topic') validateTopic(name, entries, before, this.#layers(this.#image()))
      else if (type === 'broker') validateBroker(name, entries, this.#nodeId, this.#layers(this.#image()))
      else if (type === 'group') validateGroup(name, entries, this.#layers(this.#image()))
      else validateClientMetrics(name, entries)
      return undefined
    } catch (error) {
      if (error instanceof InvalidRequest) return { error: 'INVALID_REQUEST', message: error.message }
      if (error instanceof ConfigError) return { error: 'INVALID_CONFIG', message: error.message }
      throw error
    }
  }

  isList(type: ConfigResourceType, name: string): boolean {
    const def = type === 'broker' ? brokerDefOf(name) : defsOf[type][name]
    return def?.type === 'LIST'
  }

  defaultOf(type: ConfigResourceType, name: string): string | undefined {
    if (type === 'broker') return brokerText(name, this.#layers(this.#image())) ?? undefined
    return defsOf[type][name]?.default ?? undefined
  }

  minInsyncReplicas(image: ClusterImage, topic: string): number {
    return Number(this.#ofTopic(image, topic, 'min.insync.replicas'))
  }

  uncleanLeaderElection(image: ClusterImage, topic: string): boolean {
    return this.#ofTopic(image, topic, 'unclean.leader.election.enable') === 'true'
  }

  #ofTopic(image: ClusterImage, topic: string, name: 'min.insync.replicas' | 'unclean.leader.election.enable'): string | null {
    const def = topicConfig[name]
    const own = image.configs.of('topic', topic).get(name)
    return own === undefined ? textFromBroker(name, def, this.#layers(image)) : def.canonical(name, own)
  }

  #layers(image: ClusterImage): ConfigLayers {
    return layersOf(image, this.#nodeId, this.#file)
  }
}
