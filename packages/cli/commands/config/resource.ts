import type { ConfigResource } from '@odradek/client'
import { UsageError } from '../../usage-error.ts'

const kinds: ReadonlyMap<string, ConfigResource['type']> = new Map([
  ['topic', 'TOPIC'],
  ['broker', 'BROKER'],
  ['group', 'GROUP'],
])

/** `topic/orders`, `broker/1`, `broker` (the default of all brokers), `group/billing`. */
export function resourceOf(word: string): ConfigResource {
  const [kind = '', ...name] = word.split('/')
  const type = kinds.get(kind)
  if (type === undefined || (type !== 'BROKER' && name.length === 0))
    throw new UsageError(`${word}: write what is meant as topic/orders, broker/1, broker (all of them) or group/billing`)
  return { type, name: name.join('/') }
}
