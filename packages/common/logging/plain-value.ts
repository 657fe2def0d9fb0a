/** Nobody reads deeper than this in a log, and what goes in circles has to end somewhere. */
const maxDepth = 6

/** A field as something that JSON can hold, without surprises, whatever was given. */
export function plainValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return `<${value.length} bytes>`
  if (depth === maxDepth) return '…'
  if (value instanceof Error) return plainError(value, depth)
  if ('toJSON' in value && typeof value.toJSON === 'function') return plainValue(value.toJSON(), depth + 1)
  if (value instanceof Map || value instanceof Set || Array.isArray(value))
    return Array.from(value, (item: unknown) => plainValue(item, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner, depth + 1)]))
}

/** The shape that pino gives to errors. */
function plainError(error: Error, depth: number): Readonly<Record<string, unknown>> {
  return {
    type: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: plainValue(error.cause, depth + 1) }),
  }
}
