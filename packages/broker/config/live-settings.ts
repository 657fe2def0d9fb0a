import type { ClusterImage } from '@odradek/metadata'
import type { BrokerConfig, GroupConfig, TopicConfig } from './all-settings.ts'
import { layersOf } from './config-layers.ts'
import type { ConfigLayers, ConfigTexts } from './config-layers.ts'
import { effectiveBrokerConfig, effectiveGroupConfig, effectiveTopicConfig } from './effective.ts'

/** The settings that hold at this moment: what was given at the start, and what has been changed since. */
export class LiveSettings {
  readonly #nodeId: number
  readonly #file: ConfigTexts
  readonly #image: () => ClusterImage
  #asOf: ClusterImage['configs'] | undefined
  #broker: BrokerConfig | undefined
  /** What topics have for which nothing is set; most of them. */
  #plainTopic: TopicConfig | undefined

  constructor(options: { readonly nodeId: number; readonly file: ConfigTexts; readonly image: () => ClusterImage }) {
    this.#nodeId = options.nodeId
    this.#file = options.file
    this.#image = options.image
  }

  /** Where they come from. */
  get layers(): ConfigLayers {
    return layersOf(this.#image(), this.#nodeId, this.#file)
  }

  /** Of this broker. Worked out anew after a change. */
  get broker(): BrokerConfig {
    this.#forgetOld()
    return (this.#broker ??= effectiveBrokerConfig(this.layers))
  }

  /** Of a topic. For one with settings of its own they are worked out at each call: keep them until something changes. */
  topic(name: string): TopicConfig {
    this.#forgetOld()
    const own = this.#image().configs.of('topic', name)
    if (own.size > 0) return effectiveTopicConfig(own, this.layers)
    return (this.#plainTopic ??= effectiveTopicConfig(own, this.layers))
  }

  /** Of a group. Worked out at each call. */
  group(name: string): GroupConfig {
    return effectiveGroupConfig(this.#image().configs.of('group', name), this.layers)
  }

  #forgetOld(): void {
    const { configs } = this.#image()
    if (this.#asOf === configs) return
    this.#asOf = configs
    this.#broker = undefined
    this.#plainTopic = undefined
  }
}
