import { context, trace } from '@opentelemetry/api'
import type { Span } from '@opentelemetry/api'

interface Place {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

// A consumer tells of a record right before it calls the handler, in the same turn. So the span that a handler is to have is always the last one begun.
let latest: { readonly place: Place; readonly span: Span } | undefined

export function begun(place: Place, span: Span): void {
  latest = { place, span }
}

/**
 * A handler that runs with the span of its record as the active one, so that spans made in it become children:
 * `consumer.run(withActiveSpan(async (record) => { … }))`. Without `instrumentKafka` it is the handler as it was.
 */
export function withActiveSpan<Record extends Place, Result>(
  handler: (record: Record, signal: AbortSignal) => Result,
): (record: Record, signal: AbortSignal) => Result {
  return (record, signal) => {
    const span = latest !== undefined && isSame(latest.place, record) ? latest.span : undefined
    latest = undefined
    if (span === undefined) return handler(record, signal)
    return context.with(trace.setSpan(context.active(), span), () => handler(record, signal))
  }
}

function isSame(one: Place, other: Place): boolean {
  return one.offset === other.offset && one.partition === other.partition && one.topic === other.topic
}
