/** Where the value of a setting comes from. */
export type ConfigSource =
  | 'DYNAMIC_TOPIC_CONFIG'
  | 'DYNAMIC_BROKER_CONFIG'
  | 'DYNAMIC_DEFAULT_BROKER_CONFIG'
  | 'STATIC_BROKER_CONFIG'
  | 'DEFAULT_CONFIG'
  | 'DYNAMIC_BROKER_LOGGER_CONFIG'
  | 'DYNAMIC_CLIENT_METRICS_CONFIG'
  | 'DYNAMIC_GROUP_CONFIG'
  | 'UNKNOWN'

const sources: readonly ConfigSource[] = [
  'UNKNOWN',
  'DYNAMIC_TOPIC_CONFIG',
  'DYNAMIC_BROKER_CONFIG',
  'DYNAMIC_DEFAULT_BROKER_CONFIG',
  'STATIC_BROKER_CONFIG',
  'DEFAULT_CONFIG',
  'DYNAMIC_BROKER_LOGGER_CONFIG',
  'DYNAMIC_CLIENT_METRICS_CONFIG',
  'DYNAMIC_GROUP_CONFIG',
]

export const configSourceOf = (number: number): ConfigSource => sources[number] ?? 'UNKNOWN'

/** What the value of a setting looks like. */
export type ConfigType = 'UNKNOWN' | 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'

const types: readonly ConfigType[] = ['UNKNOWN', 'BOOLEAN', 'STRING', 'INT', 'SHORT', 'LONG', 'DOUBLE', 'LIST', 'CLASS', 'PASSWORD']

export const configTypeOf = (number: number): ConfigType => types[number] ?? 'UNKNOWN'

const resourceTypes = { TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8, CLIENT_METRICS: 16, GROUP: 32 } as const

/** Things that have settings. */
export type ConfigResourceType = keyof typeof resourceTypes

export const configResourceNumber = (type: ConfigResourceType): number => resourceTypes[type]

const typeByNumber = new Map<number, ConfigResourceType>(
  (['TOPIC', 'BROKER', 'BROKER_LOGGER', 'CLIENT_METRICS', 'GROUP'] as const).map((type) => [resourceTypes[type], type]),
)

/** Undefined for a type of a newer broker. */
export const configResourceTypeOf = (number: number): ConfigResourceType | undefined => typeByNumber.get(number)
