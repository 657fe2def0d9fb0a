import type { MetadataService } from '@odradek/metadata'
import { invalidTopicName } from '@odradek/metadata'
import { errorMessage, errorName, KafkaError } from '@odradek/protocol'
import { DescribeConfigs } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import {
  configSource,
  describeBroker,
  describeBrokerDefaults,
  describeClientMetrics,
  describeGroup,
  describeTopic,
} from '../config/index.ts'
import type { DescribedSetting, LiveSettings } from '../config/index.ts'
import { handler } from '../handler.ts'
import { brokerLoggerCode } from './broker-loggers.ts'
import type { BrokerLoggers } from './broker-loggers.ts'

type Request = RequestOf<typeof DescribeConfigs>
type Resource = Request['resources'][number]
type Result = ResponseDraft<typeof DescribeConfigs>['results'][number]

export interface DescribeConfigsParts {
  readonly brokerId: number
  readonly metadata: Pick<MetadataService, 'image'>
  readonly settings: Pick<LiveSettings, 'layers'>
  readonly loggers: Pick<BrokerLoggers, 'all'>
}

/** All settings of topics, brokers, groups, client metrics and loggers: their values, and where these come from. */
export const describeConfigs = (parts: DescribeConfigsParts) =>
  handler(DescribeConfigs, (request) => ({ results: request.resources.map((resource) => describeOne(parts, resource, request)) }), {
    failed: ({ resources }, code) => ({ results: resources.map((resource) => refusal(resource, code, errorMessage(errorName(code)))) }),
  })

function describeOne(parts: DescribeConfigsParts, resource: Resource, request: Request): Result {
  const { resourceType, resourceName, configurationKeys } = resource
  try {
    const wanted = configurationKeys === null || configurationKeys.length === 0 ? undefined : new Set(configurationKeys)
    const settings = settingsOf(parts, resourceType, resourceName).filter(({ name }) => wanted?.has(name) ?? true)
    return { errorCode: 0, errorMessage: null, resourceType, resourceName, configs: settings.map((setting) => shown(setting, request)) }
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return refusal(resource, error.wireCode, error.code === 'UNKNOWN_TOPIC_OR_PARTITION' ? null : error.message)
  }
}

function settingsOf(
  { brokerId, metadata, settings, loggers }: DescribeConfigsParts,
  type: number,
  name: string,
): readonly DescribedSetting[] {
  const { configs, topics } = metadata.image
  switch (type) {
    case 2: {
      const invalid = invalidTopicName(name)
      if (invalid !== undefined) throw new KafkaError('INVALID_TOPIC_EXCEPTION', invalid)
      if (topics.byName(name) === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
      return describeTopic(configs.of('topic', name), settings.layers)
    }
    case 4:
      if (name === '') return describeBrokerDefaults(settings.layers)
      if (brokerIdOf(name) === brokerId) return describeBroker(settings.layers)
      throw invalidRequest(`Unexpected broker id, expected ${brokerId} or empty string, but received ${name}`)
    case brokerLoggerCode:
      if (name === '') throw invalidRequest('Broker id must not be empty')
      if (brokerIdOf(name) !== brokerId) throw invalidRequest(`Unexpected broker id, expected ${brokerId} but received ${name}`)
      return loggers.all().map(loggerSetting)
    case 16:
      if (name === '') throw invalidRequest('Client metrics subscription name must not be empty')
      return describeClientMetrics(configs.of('client-metrics', name))
    case 32:
      if (name === '') throw invalidRequest('Group name must not be empty')
      return describeGroup(configs.of('group', name), settings.layers)
    default:
      throw invalidRequest(`Unexpected resource type UNKNOWN for resource ${name}`)
  }
}

function brokerIdOf(name: string): number {
  if (!/^[+-]?\d+$/.test(name)) throw invalidRequest(`Broker id must be an integer, but it is: ${name}`)
  return Number(name)
}

function loggerSetting({ name, level }: { readonly name: string; readonly level: string }): DescribedSetting {
  return {
    name,
    value: level,
    readOnly: false,
    configSource: configSource.brokerLogger,
    isSensitive: false,
    synonyms: [],
    configType: 0,
    documentation: '',
  }
}

function shown(setting: DescribedSetting, { includeSynonyms, includeDocumentation }: Request): Result['configs'][number] {
  return {
    ...setting,
    synonyms: includeSynonyms ? setting.synonyms : [],
    // Loggers have none, which is said with an empty text whether it is asked for or not.
    documentation: includeDocumentation || setting.documentation === '' ? setting.documentation : null,
  }
}

function refusal({ resourceType, resourceName }: Resource, code: number, message: string | null): Result {
  return { errorCode: code, errorMessage: message, resourceType, resourceName, configs: [] }
}

function invalidRequest(message: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', message)
}
