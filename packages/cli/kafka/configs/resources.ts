import { KafkaError } from '@odradek/client'
import type { Admin, ConfigEntry, ConfigResource, ConfigSource } from '@odradek/client'
import { illegalArgument, JavaError } from '../java-error.ts'
import { parseInt32 } from '../java-numbers.ts'
import { checkTopicName } from '../topic-name.ts'

/** Something with settings, and where those that were changed at run time come from; undefined: all count. */
interface Resource extends ConfigResource {
  readonly dynamic: ConfigSource | undefined
}

export function resourceOf(type: string, name: string): Resource {
  switch (type) {
    case 'topics':
      if (name !== '') checkTopicName(name)
      return { type: 'TOPIC', name, dynamic: 'DYNAMIC_TOPIC_CONFIG' }
    case 'brokers':
      if (name === '') return { type: 'BROKER', name, dynamic: 'DYNAMIC_DEFAULT_BROKER_CONFIG' }
      checkBrokerId(type, name)
      return { type: 'BROKER', name, dynamic: 'DYNAMIC_BROKER_CONFIG' }
    case 'broker-loggers':
      if (name !== '') checkBrokerId(type, name)
      return { type: 'BROKER_LOGGER', name, dynamic: undefined }
    case 'client-metrics':
      return { type: 'CLIENT_METRICS', name, dynamic: 'DYNAMIC_CLIENT_METRICS_CONFIG' }
    default:
      return { type: 'GROUP', name, dynamic: 'DYNAMIC_GROUP_CONFIG' }
  }
}

/** The settings of a resource by name: all, or those that were changed at run time. */
export async function settingsOf(admin: Admin, type: string, name: string, all: boolean): Promise<readonly ConfigEntry[]> {
  const { dynamic, ...resource } = resourceOf(type, name)
  const configs = await inTime(admin.describeConfigs([resource], { includeSynonyms: true, timeoutMs: 30_000 }))
  return [...(configs.get(resource)?.values() ?? [])]
    .filter(({ source }) => all || dynamic === undefined || source === dynamic)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** Java gives up such calls without saying why. */
export async function inTime<Value>(call: PromiseLike<Value>): Promise<Value> {
  try {
    return await call
  } catch (error) {
    if (error instanceof KafkaError && error.code === 'REQUEST_TIMED_OUT') throw new JavaError('java.util.concurrent.TimeoutException', '')
    throw error
  }
}

function checkBrokerId(type: string, name: string): void {
  try {
    parseInt32(name)
  } catch {
    throw illegalArgument(`The entity name for ${type} must be a valid integer broker id, found: ${name}`)
  }
}
