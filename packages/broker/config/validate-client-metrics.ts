import { ConfigError, itemsOf } from '@odradek/common/config'
import type { ConfigDefs } from '@odradek/common/config'
import { clientMetricsConfig } from './all-settings.ts'
import type { ConfigTexts } from './config-layers.ts'
import { InvalidRequest } from './invalid-request.ts'

const shortestIntervalMs = 100
const longestIntervalMs = 3_600_000
const attributes = [
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
]

/** Checks what shall be a subscription to client metrics. Throws `ConfigError` or `InvalidRequest`, in Kafka's words. */
export function validateClientMetrics(subscription: string, entries: ConfigTexts): void {
  if (subscription === '') throw new InvalidRequest("Subscription name can't be empty")
  const defs: ConfigDefs = clientMetricsConfig
  for (const [name, text] of entries) {
    const def = Object.hasOwn(defs, name) ? defs[name] : undefined
    if (def === undefined) throw new InvalidRequest(`Unknown client metrics configuration: ${name}`)
    def.parse(name, text)
  }
  const intervalMs = Number(entries.get('interval.ms') ?? longestIntervalMs)
  if (intervalMs < shortestIntervalMs || intervalMs > longestIntervalMs) {
    throw new InvalidRequest(
      `Invalid value ${intervalMs} for interval.ms, interval must be between ${shortestIntervalMs} and ${longestIntervalMs} (1 hour)`,
    )
  }
  for (const pattern of itemsOf(entries.get('match')?.trim() ?? '')) checkPattern(pattern)
}

function checkPattern(pattern: string): void {
  const [attribute = '', expression] = pattern.split('=').map((part) => part.trim())
  if (!attributes.includes(attribute) || expression === undefined || !isExpression(expression)) {
    throw new ConfigError(`Illegal client matching pattern: ${pattern}`)
  }
}

/** Only whether it is one: nothing is matched with an expression of somebody else's here. */
function isExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}
