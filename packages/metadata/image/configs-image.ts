import type { JsonValue } from '../store.ts'
import type { ConfigResource, ConfigResourceType } from './config-resource.ts'
import { JsonFields } from './json.ts'
import { keys } from './keys.ts'
import { PersistentMap } from './persistent-map.ts'

/** Names and values of settings, as somebody has set them; without defaults. */
export type ConfigEntries = ReadonlyMap<string, string>

/** The settings of one resource. */
export interface ConfigImage {
  readonly resource: ConfigResource
  readonly entries: ConfigEntries
  /** Revision of the store at which they were written; 0 when there are none. */
  readonly revision: number
}

/** What has been set for topics, brokers, groups and client metrics. */
export class ConfigsImage {
  static readonly empty = new ConfigsImage(PersistentMap.empty())
  readonly #byKey: PersistentMap<ConfigImage>

  private constructor(byKey: PersistentMap<ConfigImage>) {
    this.#byKey = byKey
  }

  /** What is set for a resource; empty when nothing is. The name '' of a broker gives the default of all brokers. */
  of(type: ConfigResourceType, name: string): ConfigEntries {
    return this.get({ type, name }).entries
  }

  get(resource: ConfigResource): ConfigImage {
    return this.#byKey.get(keys.config(resource)) ?? { resource, entries: nothing, revision: 0 }
  }

  /** Everything that has settings, in no order that means anything. */
  all(): Iterable<ConfigImage> {
    return this.#byKey.values()
  }

  /** Names of all resources of a type for which something is set, sorted. */
  names(type: ConfigResourceType): readonly string[] {
    const found = Array.from(this.#byKey.values()).filter(({ resource }) => resource.type === type)
    return found.map(({ resource }) => resource.name).toSorted()
  }

  /** Resources with no entries are forgotten. */
  with(changes: readonly ConfigImage[]): ConfigsImage {
    let byKey = this.#byKey
    for (const change of changes) {
      const key = keys.config(change.resource)
      byKey = change.entries.size === 0 ? byKey.without(key) : byKey.with(key, change)
    }
    return new ConfigsImage(byKey)
  }
}

const nothing: ConfigEntries = new Map()

export function encodeConfig(entries: ConfigEntries): JsonValue {
  return Object.fromEntries(entries)
}

export function decodeConfig(key: string, value: JsonValue): ConfigEntries {
  const fields = new JsonFields(key, value)
  return new Map(fields.names().map((name) => [name, fields.string(name)]))
}
