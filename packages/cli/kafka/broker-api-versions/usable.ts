import { kafkaApis } from './kafka-apis.ts'

interface Range {
  readonly min: number
  readonly max: number
}

/** A line an API, by key: what a broker speaks, and the version that Kafka's client would take. APIs that only one of them knows are told too. */
export function apiLines(broker: ReadonlyMap<number, Range>): readonly string[] {
  const known = new Map(kafkaApis.map(([key, name, min, max]) => [key, { name, min, max }]))
  const keys = [...new Set([...known.keys(), ...broker.keys()])].toSorted((a, b) => a - b)
  return keys.map((key) => {
    const api = known.get(key)
    const spoken = broker.get(key)
    if (spoken === undefined) return `${api?.name}(${key}): UNSUPPORTED`
    const range = spoken.min === spoken.max ? `${spoken.min}` : `${spoken.min} to ${spoken.max}`
    return api === undefined ? `UNKNOWN(${key}): ${range}` : `${api.name}(${key}): ${range} [${usable(api, spoken)}]`
  })
}

function usable(client: Range, broker: Range): string {
  if (broker.max < client.min) return 'unusable: node too old'
  if (broker.min > client.max) return 'unusable: node too new'
  return `usable: ${Math.min(client.max, broker.max)}`
}
