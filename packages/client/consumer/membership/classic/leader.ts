import type { JoinGroup, SyncGroup } from '@odradek/protocol/messages'
import type { RequestDraft, ResponseOf } from '@odradek/protocol/schema'
import type { Assignor, MemberAssignment } from '../../../assignor.ts'
import type { Cluster } from '../../../cluster/cluster.ts'
import type { GroupSettings } from '../group-settings.ts'
import { encodeAssignment } from './consumer-protocol.ts'
import { assignAll, AssignedTopics, subscriptionsOf, topicsOf } from './leading.ts'

export interface LeaderOptions {
  readonly cluster: Cluster
  readonly settings: GroupSettings
  readonly isCooperative: boolean
  /** The partitions of a topic of the group are others than those it was assigned by. */
  readonly changed: (topic: string) => void
}

/** What falls to the member that leads its group: it assigns for all, and watches the topics of all until it leads no more. */
export class Leader {
  readonly #options: LeaderOptions
  #assigned: AssignedTopics | undefined
  #stopWatching: (() => void) | undefined

  constructor(options: LeaderOptions) {
    this.#options = options
  }

  /** A topic that looks otherwise by now than when it was assigned. */
  get changedTopic(): string | undefined {
    return this.#assigned?.changed(this.#options.cluster.metadata)
  }

  /** With metadata that know the topics of all. Rejects with what the assignor throws, or when a subscription can't be read. */
  async assign(
    join: ResponseOf<typeof JoinGroup>,
    assignor: Assignor,
    life: AbortSignal,
  ): Promise<RequestDraft<typeof SyncGroup>['assignments']> {
    const { cluster, settings, isCooperative } = this.#options
    const subscriptions = subscriptionsOf(join.members)
    const topics = topicsOf(subscriptions.values())
    const unknown = [...topics].filter((topic) => !cluster.metadata.topics.has(topic))
    for (const topic of unknown) cluster.alsoTrack(topic)
    // Without an answer it assigns what is known: the watch below finds the rest when it comes.
    if (unknown.length > 0) await cluster.refresh({ timeoutMs: settings.requestTimeoutMs, signal: life }).catch(() => {})
    if (life.aborted) return []
    const { metadata } = cluster
    // A static leader that came back within its session goes on with the assignment that there is (KIP-814).
    const assigned = join.skipAssignment ? new Map<string, MemberAssignment>() : assignAll(assignor, metadata, subscriptions, isCooperative)
    this.#watch(new AssignedTopics(topics, metadata, settings.clientRack !== ''))
    return [...assigned].map(([memberId, assignment]) => ({ memberId, assignment: encodeAssignment(assignment) }))
  }

  /** Another one leads from now on, or nobody knows yet who. */
  stop(): void {
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#assigned = undefined
  }

  #watch(assigned: AssignedTopics): void {
    const { cluster, changed } = this.#options
    this.stop()
    this.#assigned = assigned
    this.#stopWatching = cluster.observe((metadata) => {
      for (const topic of assigned.missing(metadata)) cluster.alsoTrack(topic)
      const topic = assigned.changed(metadata)
      if (topic !== undefined) changed(topic)
    })
  }
}
