import { nearestName, parseConfig } from '@odradek/common/config'
import { brokerConfig } from './all-settings.ts'
import type { BrokerConfig } from './all-settings.ts'
import { brokerDefOf, listenerBaseName } from './broker-names.ts'
import { checkBrokerConfig } from './check-broker-config.ts'
import type { ConfigTexts } from './config-layers.ts'

/** What was given to a broker at its start. */
export interface FileSettings {
  /** As it counts: node.id and broker.id say the same. */
  readonly texts: ConfigTexts
  readonly config: BrokerConfig
  /** What the operator should know of it: names that nobody knows. Sentences. */
  readonly remarks: readonly string[]
  /** Names of what was given and has no effect here; the reference says why. */
  readonly withoutEffect: readonly string[]
}

/** Checks what was given, by file, environment and command line together. Throws a `ConfigError` that names all that is wrong. */
export function readFileSettings(given: ConfigTexts): FileSettings {
  const texts = new Map(given)
  const nodeId = texts.get('node.id')
  const brokerId = texts.get('broker.id')
  if (nodeId === undefined && brokerId !== undefined && Number(brokerId) >= 0) texts.set('node.id', brokerId)
  if (brokerId === undefined) texts.set('broker.id', nodeId ?? brokerConfig['node.id'].default ?? '')
  const config = parseConfig(brokerConfig, texts)
  for (const [name, text] of texts) if (listenerBaseName(name) !== undefined) brokerDefOf(name)?.parse(name, text)
  checkBrokerConfig(config)
  const names = [...given.keys()]
  return { texts, config, remarks: names.flatMap(remarkOn), withoutEffect: names.filter(hasNoEffect) }
}

/** Settings of Kafka that are gone, of its plug-ins, and of others' distributions: known, and nothing to worry about. */
const goneOrForeign =
  /^(zookeeper\.|log\.message\.format\.version$|inter\.broker\.protocol\.version$|offsets\.commit\.required\.acks$|log\.message\.timestamp\.difference\.max\.ms$|confluent\.|rsm\.config\.|rlmm\.config\.|config\.providers\.)/

function hasNoEffect(name: string): boolean {
  return brokerDefOf(name)?.unused !== undefined || (brokerDefOf(name) === undefined && goneOrForeign.test(name))
}

function remarkOn(name: string): readonly string[] {
  if (brokerDefOf(name) !== undefined || goneOrForeign.test(name)) return []
  const nearest = nearestName(name, Object.keys(brokerConfig))
  return [`${name} is set, and there is no such setting.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`]
}
