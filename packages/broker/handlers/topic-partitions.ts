import type { ClusterImage, PartitionState } from '@odradek/metadata'
import { noLeader } from '@odradek/metadata'
import type { ErrorName } from '@odradek/protocol'
import type { Endpoint } from '../services.ts'

/** Which brokers a client can reach over the listener that it came in on. */
export class Reachable {
  readonly #image: ClusterImage
  readonly #unfenced: ReadonlySet<number>
  readonly #known: ReadonlySet<number>

  constructor(image: ClusterImage, endpoints: readonly Endpoint[]) {
    this.#image = image
    this.#known = new Set(endpoints.map(({ nodeId }) => nodeId))
    this.#unfenced = new Set(endpoints.filter(({ isFenced }) => !isFenced).map(({ nodeId }) => nodeId))
  }

  isUnfenced(brokerId: number): boolean {
    return this.#unfenced.has(brokerId)
  }

  /** The leader, if clients can reach it; else −1, and why. */
  leaderOf({ leader }: PartitionState): {
    readonly leaderId: number
    readonly problem?: Extract<ErrorName, 'LEADER_NOT_AVAILABLE' | 'LISTENER_NOT_FOUND'>
  } {
    if (this.#known.has(leader)) return { leaderId: leader }
    const isThere = this.#image.brokers.get(leader)?.registered === true
    return { leaderId: noLeader, problem: isThere ? 'LISTENER_NOT_FOUND' : 'LEADER_NOT_AVAILABLE' }
  }

  /** Replicas that clients cannot reach. */
  offlineOf({ replicas }: PartitionState): readonly number[] {
    // On nearly every call there are none, and then there is nothing to make.
    return replicas.every((id) => this.#unfenced.has(id)) ? none : replicas.filter((id) => !this.#unfenced.has(id))
  }
}

const none: readonly number[] = Object.freeze([])
