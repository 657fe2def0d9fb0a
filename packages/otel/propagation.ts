import { context, propagation } from '@opentelemetry/api'
import type { Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api'

/** Headers of a record that is being written. */
export type WrittenHeaders = [key: string, value: Uint8Array | string | null][]
/** Headers of a record that was read. */
export type ReadHeaders = Iterable<readonly [key: string, value: Uint8Array | null]>

/** Puts trace context into headers, in the place of what they may have of an earlier journey. */
export const headerSetter: TextMapSetter<WrittenHeaders> = {
  set(headers, key, value) {
    const at = headers.findIndex(([name]) => name === key)
    if (at === -1) headers.push([key, value])
    else headers[at] = [key, value]
  },
}

const headerGetter: TextMapGetter<ReadHeaders> = {
  keys: (headers) => [...headers].map(([key]) => key),
  get(headers, key) {
    // The last one counts, as everywhere in Kafka.
    let found: Uint8Array | null = null
    for (const [name, value] of headers) if (name === key) found = value
    return found === null ? undefined : new TextDecoder().decode(found)
  },
}

/**
 * The trace context that came with a record, on top of `base` (by default the active one). For spans of one's own, in loops over records:
 * `context.with(contextOf(record.headers), () => …)`.
 */
export function contextOf(headers: ReadHeaders, base: Context = context.active()): Context {
  return propagation.extract(base, headers, headerGetter)
}
