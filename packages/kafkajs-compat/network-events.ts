import { tracingChannel } from 'node:diagnostics_channel'
import type { Environment, RequestContext } from '@odradek/client'

/** Hears of the requests of one client. */
export interface RequestObserver {
  sent(request: RequestContext): void
  /** `error`: there was no answer, or it came too late. */
  ended(request: RequestContext, sentAtMs: number, error: unknown): void
}

const channel = tracingChannel<unknown, RequestContext>('odradek:connection.request')

/**
 * Listens to the requests of the client that was made with `clock`. All clients of a process share one channel, and those of one `Kafka` their client id;
 * the clock, of which each has its own here, tells them apart. Gives the function that ends it.
 */
export function observeRequests(clock: Environment['clock'], observer: RequestObserver): () => void {
  const sentAtMs = new WeakMap<RequestContext, number>()
  const handlers = {
    start(request: RequestContext): void {
      if (request.clock !== clock) return
      sentAtMs.set(request, Date.now())
      observer.sent(request)
    },
    asyncEnd(request: RequestContext): void {
      const atMs = sentAtMs.get(request)
      if (atMs !== undefined) observer.ended(request, atMs, request.error)
    },
    end: () => undefined,
    asyncStart: () => undefined,
    error: () => undefined,
  }
  channel.subscribe(handlers)
  return () => {
    channel.unsubscribe(handlers)
  }
}
