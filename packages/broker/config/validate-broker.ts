import { ConfigError } from '@odradek/common/config'
import { sslConfig } from './settings/security.ts'
import { brokerDefOf, listenerBaseName } from './broker-names.ts'
import { brokerConfig } from './all-settings.ts'
import { checkBrokerConfig } from './check-broker-config.ts'
import type { ConfigLayers, ConfigTexts } from './config-layers.ts'
import { effectiveBrokerConfig } from './effective.ts'
import { InvalidRequest } from './invalid-request.ts'

/** Settings of a listener that are the same for all brokers when they are given with its prefix. */
const clusterWideOfListeners = new Set(['max.connections', 'max.connection.creation.rate', 'num.network.threads'])

/**
 * Checks what shall be all dynamic settings of a broker, or of all brokers when the name is empty. Throws `InvalidRequest`,
 * in Kafka's words. Names that nobody knows are let through, as in Kafka: a plug-in may read them.
 */
export function validateBroker(name: string, entries: ConfigTexts, nodeId: number, layers: ConfigLayers): void {
  if (name !== '') checkNodeId(name, nodeId)
  const names = [...entries.keys()]
  refuse(names.filter(isFixed), 'Cannot update these configs dynamically')
  refuse(
    names.filter((setting) => Object.hasOwn(sslConfig, setting) && brokerDefOf(setting)?.scope !== 'read-only'),
    'These security configs can be dynamically updated only per-listener using the listener prefix',
  )
  try {
    for (const [setting, text] of entries) brokerDefOf(setting)?.parse(setting, text)
    if (name === '') refuse(names.filter(isPerBroker), 'Cannot update these configs at default cluster level, broker id must be specified')
    checkBrokerConfig(effectiveBrokerConfig(name === '' ? { ...layers, dynamicDefault: entries } : { ...layers, dynamicBroker: entries }))
  } catch (error) {
    // A value that does not go is a bad request here and a bad setting elsewhere; clients know it that way.
    throw error instanceof ConfigError ? new InvalidRequest(error.message) : error
  }
}

function checkNodeId(name: string, nodeId: number): void {
  if (!/^-?\d+$/.test(name)) throw new InvalidRequest(`Node id must be an integer, but it is: ${name}`)
  if (Number(name) !== nodeId) throw new InvalidRequest(`Unexpected broker id, expected ${nodeId}, but received ${name}`)
}

function refuse(names: readonly string[], message: string): void {
  if (names.length > 0) throw new InvalidRequest(`${message}: [${names.join(', ')}]`)
}

function isFixed(name: string): boolean {
  return Object.hasOwn(brokerConfig, name) && brokerDefOf(name)?.scope === 'read-only'
}

function isPerBroker(name: string): boolean {
  const base = listenerBaseName(name)
  return base === undefined ? brokerDefOf(name)?.scope === 'per-broker' : !clusterWideOfListeners.has(base)
}
