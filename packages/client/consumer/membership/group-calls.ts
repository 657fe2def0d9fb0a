import { KafkaError } from '@odradek/protocol'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { CallOptions, Cluster } from '../../cluster/cluster.ts'

/** A word of farewell is not worth a long search for the coordinator: the group notices by itself when the session is over. */
export const FAREWELL_LOOK_UP_MS = 5_000

/** Requests of one group to its coordinator. One attempt each; a coordinator that is not there is forgotten, so that the next attempt looks it up. */
export class GroupCalls {
  readonly #cluster: Cluster
  readonly groupId: string

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster
    this.groupId = groupId
  }

  /** Rejects with what `Cluster.coordinator` or `Cluster.call` reject with. Does not keep the process alive: that is up to whoever waits. */
  async ask<Q extends Fields, S extends Fields>(
    api: Api<Q, S>,
    request: WriteOf<Q> | ((version: number) => WriteOf<Q>),
    { lookUpMs, ...options }: CallOptions & { readonly lookUpMs?: number | undefined },
  ): Promise<ReadOf<S>> {
    const { signal } = options
    const broker = await this.#cluster.coordinator('group', this.groupId, {
      signal,
      timeoutMs: lookUpMs ?? options.timeoutMs,
      background: true,
    })
    try {
      return await this.#cluster.call(broker, api, request, { lane: 'coordinator', background: true, ...options })
    } catch (error) {
      if (isGone(error)) this.forgetCoordinator()
      throw error
    }
  }

  forgetCoordinator(): void {
    this.#cluster.forgetCoordinator('group', this.groupId)
  }
}

/** Whether the broker could not be reached or did not answer: it may be dead, and another one the coordinator by now. */
function isGone(error: unknown): boolean {
  return error instanceof KafkaError && (error.code === 'NETWORK_EXCEPTION' || error.code === 'REQUEST_TIMED_OUT')
}
