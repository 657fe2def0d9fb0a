import type { Environment } from '@odradek/client'
import type { Instrumentation } from '../instrumentation.ts'
import { observeRequests } from '../network-events.ts'
import type { ConsumerEventMap } from '../types/events.ts'

/** Emits HEARTBEAT, FETCH_START and FETCH out of the requests that the client below really sends, as long as somebody listens to them. */
export class FetchWatch {
  readonly #clock: Environment['clock']
  readonly #instrumentation: Instrumentation<ConsumerEventMap>
  readonly #groupId: string
  readonly #group: () => { readonly memberId: string; readonly generationId: number }
  #stop: (() => void) | undefined

  constructor(
    clock: Environment['clock'],
    instrumentation: Instrumentation<ConsumerEventMap>,
    groupId: string,
    group: () => { readonly memberId: string; readonly generationId: number },
  ) {
    this.#clock = clock
    this.#instrumentation = instrumentation
    this.#groupId = groupId
    this.#group = group
  }

  /** Listeners have come or gone. */
  update(): void {
    const isWanted = this.#instrumentation.hasListeners('consumer.heartbeat', 'consumer.fetch', 'consumer.fetch_start')
    if (isWanted && this.#stop === undefined) this.#stop = this.#start()
    else if (!isWanted) {
      this.#stop?.()
      this.#stop = undefined
    }
  }

  #start(): () => void {
    const instrumentation = this.#instrumentation
    return observeRequests(this.#clock, {
      sent: ({ api, broker: nodeId }) => {
        if (api === 'Fetch') instrumentation.emit('consumer.fetch_start', { nodeId })
      },
      ended: ({ api, broker: nodeId }, sentAtMs, error) => {
        if (error !== undefined) return
        if (api === 'Fetch') instrumentation.emit('consumer.fetch', { numberOfBatches: 0, duration: Date.now() - sentAtMs, nodeId })
        else if (api === 'Heartbeat') {
          const { memberId, generationId: groupGenerationId } = this.#group()
          instrumentation.emit('consumer.heartbeat', { groupId: this.#groupId, memberId, groupGenerationId })
        }
      },
    })
  }
}
