/** What has settings. Levels of loggers (BROKER_LOGGER) are not among them: they are not kept. */
export type ConfigResourceType = 'topic' | 'broker' | 'client-metrics' | 'group'

/** Kafka's numbers of the types, as requests carry them. */
const codes: Readonly<Record<ConfigResourceType, number>> = { topic: 2, broker: 4, 'client-metrics': 16, group: 32 }

/** Something that has settings. The broker named '' stands for the default of all brokers. */
export interface ConfigResource {
  readonly type: ConfigResourceType
  readonly name: string
}

export function configResourceCode(type: ConfigResourceType): number {
  return codes[type]
}

/** The type behind Kafka's number, or undefined for those whose settings are not kept. */
export function configResourceType(code: number): ConfigResourceType | undefined {
  return configResourceTypes.find((type) => codes[type] === code)
}

export function isConfigResourceType(name: string): name is ConfigResourceType {
  return Object.hasOwn(codes, name)
}

export const configResourceTypes: readonly ConfigResourceType[] = Object.freeze(Object.keys(codes).filter(isConfigResourceType))
