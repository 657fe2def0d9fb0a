import { ConfigError } from '@odradek/common/config'
import type { ConfigDefs } from '@odradek/common/config'
import { topicConfig } from './all-settings.ts'
import type { TopicConfig } from './all-settings.ts'
import { brokerText } from './config-layers.ts'
import type { ConfigLayers, ConfigTexts } from './config-layers.ts'
import { effectiveTopicConfig } from './effective.ts'
import { InvalidRequest } from './invalid-request.ts'

/** Checks what shall be all settings of a topic. Throws `ConfigError` or `InvalidRequest`, in Kafka's words. */
export function validateTopic(topic: string, entries: ConfigTexts, before: ConfigTexts, layers: ConfigLayers): void {
  if (topic === '') throw new InvalidRequest('Default topic resources are not allowed.')
  validateNames(entries)
  const config = effectiveTopicConfig(entries, layers)
  validateLags(config)
  if (config['remote.storage.enable']) validateTiered(config, layers)
  else if (before.get('remote.storage.enable')?.trim().toLowerCase() === 'true' && !config['remote.log.delete.on.disable']) {
    throw new ConfigError(
      'Remote storage of a topic cannot be switched off while its remote segments are kept. Set remote.log.delete.on.disable=true to delete them, ' +
        'or keep remote.storage.enable=true and set remote.log.copy.disable=true to only read them.',
    )
  }
}

function validateNames(entries: ConfigTexts): void {
  const defs: ConfigDefs = topicConfig
  for (const [name, text] of entries) {
    const def = Object.hasOwn(defs, name) ? defs[name] : undefined
    if (def === undefined) throw new ConfigError(`Unknown topic config name: ${name}`)
    def.parse(name, text)
  }
}

function validateLags(config: TopicConfig): void {
  const min = config['min.compaction.lag.ms']
  const max = config['max.compaction.lag.ms']
  if (min > max) throw new ConfigError(`conflict topic config setting min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`)
}

function validateTiered(config: TopicConfig, layers: ConfigLayers): void {
  if (brokerText('remote.log.storage.system.enable', layers)?.toLowerCase() !== 'true') {
    throw new ConfigError('Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.')
  }
  const policy = config['cleanup.policy'].join()
  if (policy !== '' && policy !== 'delete') {
    throw new ConfigError('Remote log storage only supports topics with cleanup.policy=delete or cleanup.policy being an empty list.')
  }
  for (const unit of ['bytes', 'ms'] as const) validateLocalRetention(config, `local.retention.${unit}`, `retention.${unit}`)
}

type Retention = 'retention.bytes' | 'retention.ms'

/** What is kept locally cannot be more than what is kept at all; and with copying switched off it must be the same. */
function validateLocalRetention(config: TopicConfig, localName: `local.${Retention}`, name: Retention): void {
  const local = config[localName]
  const whole = config[name]
  if (local === -2) return
  if (config['remote.log.copy.disable'] && local !== whole) {
    throw new ConfigError(
      `When remote.log.copy.disable is true, ${localName} and ${name} must be the same, since nothing more is copied to the remote storage.`,
    )
  }
  if (whole < 0) return
  if (local === -1) throw ConfigError.invalidValue(localName, String(local), `Value must not be -1 as ${name} value is set as ${whole}.`)
  if (local > whole)
    throw ConfigError.invalidValue(localName, String(local), `Value must not be more than ${name} property value: ${whole}`)
}
