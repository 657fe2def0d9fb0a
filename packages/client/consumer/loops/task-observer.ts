import type { ProcessContext } from '../../tracing/channels.ts'
import { processChannel } from '../../tracing/channels.ts'
import type { LazyRecord } from '../records/lazy-record.ts'

/** Tells tracers of each record in the hands of a handler; costs nothing while there are none. */
export class TaskObserver {
  readonly #clientId: string
  readonly #groupId: string | undefined

  constructor(clientId: string, groupId: string | undefined) {
    this.#clientId = clientId
    this.#groupId = groupId
  }

  begin(record: LazyRecord): ProcessContext | undefined {
    if (!processChannel.hasSubscribers) return undefined
    const { topic, partition, offset, headers } = record
    const context: ProcessContext = { clientId: this.#clientId, groupId: this.#groupId, topic, partition, offset, headers }
    processChannel.start.publish(context)
    return context
  }

  end(context: ProcessContext | undefined, error?: unknown): void {
    if (context === undefined) return
    if (error !== undefined) {
      context.error = error
      processChannel.error.publish(context)
    }
    processChannel.asyncEnd.publish(context)
  }
}
