import type { ConfigDef, ConfigDefs } from '@odradek/common/config'
import { brokerConfigThemes, clientMetricsConfig, groupConfig, topicConfig } from '../../packages/broker/config/all-settings.ts'
import { localDefaults } from '../../packages/cli/start/arguments.ts'
import { dynamicOnlyConfig } from '../../packages/broker/config/settings/dynamic-only.ts'
import { code, page, table } from './markdown.ts'
import type { Page } from './markdown.ts'

export function brokerConfigPage(): Page {
  const themes = Object.entries(brokerConfigThemes).flatMap(([theme, defs]) => {
    const working = withEffect(defs)
    return working.length === 0 ? [] : [`## ${theme}`, settings(working)]
  })
  return page('broker-configs.md', 'Settings of the broker', [
    'Give them in a file (`odradek start --config server.properties`), in the environment (`KAFKA_LOG_DIRS` is `log.dirs`) or on the command line ' +
      '(`--override log.dirs=/data`). The last of these wins.',
    'Those whose change is called *per broker* or *cluster-wide* can also be changed while the broker runs, with `kafka-configs.sh` or any admin client: ' +
      'for one broker by its id, or for all of them. What is set for one broker counts before what is set for all, and both count before the file. ' +
      'A setting of listeners and security can be given to one listener alone: `listener.name.<name in lower case>.<setting>`.',
    '`odradek start` brings some defaults of its own, for a machine of one\u2019s own; whatever the file, the environment or the command line says counts before them:',
    table(
      ['Setting', 'Default of `odradek start`'],
      localDefaults.map(([name, value]) => [code(name), code(value)]),
    ),
    '**◆** marks settings that Apache Kafka does not have. Where a default is not that of Apache Kafka 4.3, both are told.',
    ...themes,
    '## Only while the broker runs',
    'Set by the tools that move partitions, and taken away again by them.',
    ...both(dynamicOnlyConfig, settings),
    '## Without effect',
    'These are accepted and shown, so that a configuration file of Apache Kafka can be used as it is, and change nothing here; the last column says why.',
    idle(Object.values(brokerConfigThemes).flatMap(withoutEffect)),
  ])
}

export function topicConfigPage(): Page {
  return page('topic-configs.md', 'Settings of topics', [
    'Give them when a topic is created (`kafka-topics.sh --create --config retention.ms=3600000`) or change them at any time (`kafka-configs.sh --alter --topic orders --add-config …`). ' +
      'What is not set for a topic comes from the broker: from the setting in the fifth column, the first that has a value.',
    ofResources(withEffect(topicConfig)),
    '## Without effect',
    'These are accepted, kept and shown, and change nothing yet; the last column says why.',
    idle(withoutEffect(topicConfig)),
  ])
}

export function groupConfigPage(): Page {
  return page('group-configs.md', 'Settings of groups and of client metrics', [
    '## Groups',
    'Change them with `kafka-configs.sh --alter --group orders --add-config …`. The broker bounds what a group may choose: `consumer.session.timeout.ms` lies between ' +
      '`group.consumer.min.session.timeout.ms` and `group.consumer.max.session.timeout.ms`.',
    ...both(groupConfig, ofResources),
    '## Subscriptions to client metrics',
    ...both(clientMetricsConfig, (defs) =>
      table(
        ['Setting', 'Type', 'Default', 'What it does'],
        defs.map(([name, def]) => [code(name), def.type.toLowerCase(), defaultOf(def), def.doc]),
      ),
    ),
  ])
}

type Named = readonly [name: string, def: ConfigDef]

/** Those that do something, and behind them those that do nothing. */
function both(defs: ConfigDefs, working: (defs: readonly Named[]) => string): readonly string[] {
  const [doing, doingNothing] = [withEffect(defs), withoutEffect(defs)]
  return [
    ...(doing.length === 0 ? [] : [working(doing)]),
    ...(doingNothing.length === 0 ? [] : ['Accepted, kept and shown, and without effect yet:', idle(doingNothing)]),
  ]
}

/** Settings of topics or groups. */
function ofResources(defs: readonly Named[]): string {
  const rows = defs.map(([name, def]) => [
    code(name),
    def.type.toLowerCase(),
    defaultOf(def),
    code(def.valid),
    def.synonyms.map((synonym) => code(synonym.name)).join(', '),
    def.doc,
  ])
  return table(['Setting', 'Type', 'Default', 'Valid', 'Default from the broker', 'What it does'], rows)
}

/** Settings that are there for their names only. */
function idle(defs: readonly Named[]): string {
  const rows = defs.map(([name, def]) => [
    `${code(name)}${def.isOurs ? ' ◆' : ''}`,
    def.type.toLowerCase(),
    defaultOf(def),
    aboutOf(def),
    def.unused ?? '',
  ])
  return table(['Setting', 'Type', 'Default', 'What it is for in Apache Kafka', 'Without effect because'], rows)
}

/** The description, without the sentence that says why it does not hold here. */
function aboutOf({ doc, unused = '' }: ConfigDef): string {
  const ending = ` It has no effect here: ${unused}.`
  return doc.endsWith(ending) ? doc.slice(0, -ending.length) : doc
}

function settings(defs: readonly Named[]): string {
  const rows = defs.map(([name, def]) => [
    `${code(name)}${def.isOurs ? ' ◆' : ''}`,
    def.type.toLowerCase(),
    defaultOf(def),
    code(def.valid),
    def.scope === 'read-only' ? 'restart' : def.scope.replace('per-broker', 'per broker'),
    def.doc,
  ])
  return table(['Setting', 'Type', 'Default', 'Valid', 'Change', 'What it does'], rows)
}

function withEffect(defs: ConfigDefs): readonly Named[] {
  return shown(defs).filter(([, def]) => def.unused === undefined)
}

function withoutEffect(defs: ConfigDefs): readonly Named[] {
  return shown(defs).filter(([, def]) => def.unused !== undefined)
}

function shown(defs: ConfigDefs): readonly Named[] {
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
