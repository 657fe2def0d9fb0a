import type { AlterConfigOp, Admin as ClientAdmin, ConfigResource, ConfigSource as ClientConfigSource } from '@odradek/client'
import { ConfigResourceTypes, ConfigSource } from '../enums.ts'
import { KafkaJSNonRetriableError } from '../errors.ts'
import type { Admin, IResourceConfig, ResourceConfigQuery } from '../types/admin.ts'
import { checkArray } from './call.ts'
import type { AdminCalls } from './call.ts'

export function configsAdmin(call: AdminCalls): Pick<Admin, 'describeConfigs' | 'alterConfigs'> {
  return {
    async describeConfigs({ resources, includeSynonyms }) {
      checkResources(resources)
      const odd = resources.find(({ configNames }) => configNames !== undefined && configNames !== null && !Array.isArray(configNames))
      if (odd !== undefined)
        throw new KafkaJSNonRetriableError(`Invalid resource configNames ${String(odd.configNames)}: ${JSON.stringify(odd)}`)
      return call(async (admin) => {
        const described = await admin.describeConfigs(resources.map(resourceOf), { includeSynonyms })
        return {
          throttleTime: 0,
          resources: resources.map((resource) => {
            const wanted = resource.configNames ?? []
            const entries = [...(described.get(resourceOf(resource))?.values() ?? [])].filter(
              ({ name }) => wanted.length === 0 || wanted.includes(name),
            )
            return {
              errorCode: 0,
              errorMessage: '',
              resourceType: resource.type,
              resourceName: resource.name,
              configEntries: entries.map(({ name, value, isReadOnly, isDefault, source, isSensitive, synonyms }) => ({
                configName: name,
                // kafkajs shows null as null, and types it as text.
                configValue: shown(value),
                readOnly: isReadOnly,
                isDefault,
                configSource: sourceOf(source),
                isSensitive,
                configSynonyms: synonyms.map((synonym) => ({
                  configName: synonym.name,
                  configValue: shown(synonym.value),
                  configSource: sourceOf(synonym.source),
                })),
              })),
            }
          }),
        }
      })
    },

    async alterConfigs({ resources, validateOnly }) {
      checkResources(resources)
      for (const resource of resources) {
        const { configEntries } = resource
        if (!Array.isArray(configEntries)) {
          throw new KafkaJSNonRetriableError(`Invalid resource configEntries ${String(configEntries)}: ${JSON.stringify(resource)}`)
        }
        if (configEntries.some(({ name, value }) => typeof name !== 'string' || typeof value !== 'string'))
          throw new KafkaJSNonRetriableError(`Invalid resource config value: ${JSON.stringify(resource)}`)
      }
      return call(async (admin) => {
        const changes = await Promise.all(
          resources.map(async (resource) => ({ ...resourceOf(resource), ops: await replacing(admin, resource) })),
        )
        await admin.incrementalAlterConfigs(changes, { validateOnly })
        return {
          resources: resources.map(({ type, name }) => ({ errorCode: 0, errorMessage: null, resourceType: type, resourceName: name })),
        }
      })
    },
  }
}

/** AlterConfigs of kafkajs replaces all settings of a resource; the client below only changes some. So those that are set and not named are deleted. */
async function replacing(admin: ClientAdmin, resource: IResourceConfig): Promise<readonly AlterConfigOp[]> {
  const key = resourceOf(resource)
  const own = resource.type === ConfigResourceTypes.TOPIC ? 'DYNAMIC_TOPIC_CONFIG' : 'DYNAMIC_BROKER_CONFIG'
  const named = new Set(resource.configEntries.map(({ name }) => name))
  const now = resource.type === ConfigResourceTypes.BROKER_LOGGER ? [] : [...(await admin.describeConfigs([key]).of(key)).values()]
  return [
    ...resource.configEntries.map(({ name, value }) => ({ op: 'set', name, value }) as const),
    ...now.filter(({ name, source }) => source === own && !named.has(name)).map(({ name }) => ({ op: 'delete', name }) as const),
  ]
}

function resourceOf({ type, name }: Pick<ResourceConfigQuery, 'type' | 'name'>): ConfigResource {
  if (type === ConfigResourceTypes.TOPIC) return { type: 'TOPIC', name }
  return { type: type === ConfigResourceTypes.BROKER_LOGGER ? 'BROKER_LOGGER' : 'BROKER', name }
}

function checkResources(resources: readonly { readonly type: number; readonly name: string }[]): void {
  checkArray('resources array', resources)
  if (resources.length === 0) throw new KafkaJSNonRetriableError('Resources array cannot be empty')
  for (const resource of resources) {
    const isKnown = Object.values<number>(ConfigResourceTypes).includes(resource.type) && resource.type !== ConfigResourceTypes.UNKNOWN
    if (!isKnown) throw new KafkaJSNonRetriableError(`Invalid resource type ${resource.type}: ${JSON.stringify(resource)}`)
    if (typeof resource.name !== 'string' || resource.name === '')
      throw new KafkaJSNonRetriableError(`Invalid resource name ${resource.name}: ${JSON.stringify(resource)}`)
  }
}

function sourceOf(source: ClientConfigSource): ConfigSource {
  switch (source) {
    case 'DYNAMIC_TOPIC_CONFIG':
      return ConfigSource.TOPIC_CONFIG
    case 'DYNAMIC_CLIENT_METRICS_CONFIG':
    case 'DYNAMIC_GROUP_CONFIG':
      return ConfigSource.UNKNOWN
    default:
      return ConfigSource[source]
  }
}

function shown(value: string | null): string {
  const text: { readonly value: string } = JSON.parse(JSON.stringify({ value }))
  return text.value
}
