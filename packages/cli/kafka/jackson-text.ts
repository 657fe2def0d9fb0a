/** JSON as Jackson writes it under Kafka's tools: without spaces, control characters in capitals, whole numbers with all their digits. */
export function jacksonText(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return JSON.stringify(value).replaceAll(/\\(?:\\|u00[\da-f]{2})/g, inCapitals)
  if (Array.isArray(value)) return `[${value.map(jacksonText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, inside]) => `${jacksonText(name)}:${jacksonText(inside)}`)
    .join(',')}}`
}

const inCapitals = (escape: string): string => `\\${escape.slice(1, 2)}${escape.slice(2).toUpperCase()}`
