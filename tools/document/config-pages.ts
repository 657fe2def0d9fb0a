import type { ConfigDef, ConfigDefs } from '@odradek/common/config'
import { brokerConfigThemes, clientMetricsConfig, groupConfig, topicConfig } from '../../packages/broker/config/all-settings.ts'
import { dynamicOnlyConfig } from '../../packages/broker/config/settings/dynamic-only.ts'
import { code, page, table } from './markdown.ts'
import type { Page } from './markdown.ts'

export function brokerConfigPage(): Page {
  const themes = Object.entries(brokerConfigThemes).flatMap(([theme, defs]) => [`## ${theme}`, settings(defs)])
  return page('broker-configs.md', 'Settings of the broker', [
    'Give them in a file (`odradek start --config server.properties`), in the environment (`KAFKA_LOG_DIRS` is `log.dirs`) or on the command line ' +
      '(`--override log.dirs=/data`). The last of these wins.',
    'Those whose change is called *per broker* or *cluster-wide* can also be changed while the broker runs, with `kafka-configs.sh` or any admin client: ' +
      'for one broker by its id, or for all of them. What is set for one broker counts before what is set for all, and both count before the file. ' +
      'A setting of listeners and security can be given to one listener alone: `listener.name.<name in lower case>.<setting>`.',
    '**◆** marks settings that Apache Kafka does not have. Where a default is not that of Apache Kafka 4.3, both are told.',
    ...themes,
    '## Only while the broker runs',
    'Set by the tools that move partitions, and taken away again by them.',
    settings(dynamicOnlyConfig),
  ])
}

export function topicConfigPage(): Page {
  const rows = shown(topicConfig).map(([name, def]) => [
    code(name),
    def.type.toLowerCase(),
    defaultOf(def),
    code(def.valid),
    def.synonyms.map((synonym) => code(synonym.name)).join(', '),
    def.doc,
  ])
  return page('topic-configs.md', 'Settings of topics', [
    'Give them when a topic is created (`kafka-topics.sh --create --config retention.ms=3600000`) or change them at any time (`kafka-configs.sh --alter --topic orders --add-config …`). ' +
      'What is not set for a topic comes from the broker: from the setting in the fifth column, the first that has a value.',
    table(['Setting', 'Type', 'Default', 'Valid', 'Default from the broker', 'What it does'], rows),
  ])
}

export function groupConfigPage(): Page {
  const rows = shown(groupConfig).map(([name, def]) => [
    code(name),
    def.type.toLowerCase(),
    defaultOf(def),
    code(def.valid),
    def.synonyms.map((synonym) => code(synonym.name)).join(', '),
    def.doc,
  ])
  return page('group-configs.md', 'Settings of groups and of client metrics', [
    '## Groups',
    'Change them with `kafka-configs.sh --alter --group orders --add-config …`. The broker bounds what a group may choose: `consumer.session.timeout.ms` lies between ' +
      '`group.consumer.min.session.timeout.ms` and `group.consumer.max.session.timeout.ms`.',
    table(['Setting', 'Type', 'Default', 'Valid', 'Default from the broker', 'What it does'], rows),
    '## Subscriptions to client metrics',
    table(
      ['Setting', 'Type', 'Default', 'What it does'],
      shown(clientMetricsConfig).map(([name, def]) => [code(name), def.type.toLowerCase(), defaultOf(def), def.doc]),
    ),
  ])
}

function settings(defs: ConfigDefs): string {
  const rows = shown(defs).map(([name, def]) => [
    `${code(name)}${def.isOurs ? ' ◆' : ''}`,
    def.type.toLowerCase(),
    defaultOf(def),
    code(def.valid),
    def.scope === 'read-only' ? 'restart' : def.scope.replace('per-broker', 'per broker'),
    def.doc,
  ])
  return table(['Setting', 'Type', 'Default', 'Valid', 'Change', 'What it does'], rows)
}

function shown(defs: ConfigDefs): readonly (readonly [string, ConfigDef])[] {
  return Object.entries(defs).filter(([, def]) => !def.isInternal)
}

function defaultOf(def: ConfigDef): string {
  const ours = valueText(def.default)
  return def.kafkaDefault === undefined
    ? ours
    : `${ours}; Kafka: ${def.kafkaDefault?.startsWith('(') ? def.kafkaDefault : valueText(def.kafkaDefault)}`
}

function valueText(value: string | null | undefined): string {
  if (value === undefined) return '(required)'
  return value === null ? '–' : value === '' ? '(empty)' : code(value)
}
