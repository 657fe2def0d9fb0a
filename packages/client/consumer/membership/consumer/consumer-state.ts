import type { Uuid } from '@odradek/common/bytes'
import { KafkaError } from '@odradek/protocol'
import type { ConsumerGroupHeartbeat } from '@odradek/protocol/messages'
import type { RequestDraft, ResponseOf } from '@odradek/protocol/schema'
import { errorOf, nameOfCode } from '../../../errors/index.ts'
import type { ConsumerGroupMetadata } from '../../group-metadata.ts'
import type { GroupSettings } from '../group-settings.ts'
import type { Subscription } from '../membership.ts'
import { assignedOf, isSame, nothing, wireForm } from './assigned-topics.ts'
import type { AssignedTopics } from './assigned-topics.ts'

const JOINS = 0
const LEAVES = -1
const LEAVES_ITS_PLACE_OPEN = -2

/** What an answer to a heartbeat, or its failure, means. */
export type Meaning =
  /** All is well. `isNew`: there is another target than before. */
  | { readonly kind: 'alive'; readonly intervalMs: number; readonly isNew: boolean }
  /** Out of the group: what it has is lost, and it joins again. */
  | { readonly kind: 'fenced'; readonly why: string }
  /** Tried again, perhaps with another coordinator. */
  | { readonly kind: 'again'; readonly why: string; readonly forgetsCoordinator: boolean }
  /** The application hears of it; the member stays. */
  | { readonly kind: 'raised'; readonly error: KafkaError }
  | { readonly kind: 'fatal'; readonly error: unknown }

/** What the coordinator knows of the member, since the last heartbeat that failed. */
interface Told {
  readonly topics: string
  readonly re2j: string | undefined
  readonly owned: AssignedTopics
}

/** Who a member of a consumer group (KIP-848) is, what it says in heartbeats, and what answers mean. All of it synchronous. */
export class ConsumerState {
  readonly groupId: string
  /** Made here, and for life (KIP-1082). */
  readonly memberId: Uuid
  readonly #settings: GroupSettings
  /** 0: about to join. */
  #epoch = JOINS
  /** `out`: neither in the group nor about to join. */
  phase: 'out' | 'joining' | 'in' = 'out'
  /** What the broker wants it to have; undefined until it has said so. */
  target: AssignedTopics | undefined
  /** What it has taken over of it. Topics whose names are not known yet are left out. */
  taken: AssignedTopics = nothing
  #told: Told | undefined

  constructor(groupId: string, memberId: Uuid, settings: GroupSettings) {
    this.groupId = groupId
    this.memberId = memberId
    this.#settings = settings
  }

  get group(): ConsumerGroupMetadata {
    const { groupId, memberId } = this
    return { groupId, memberId, generationId: this.phase === 'in' ? this.#epoch : -1, groupInstanceId: this.#settings.groupInstanceId }
  }

  get isReconciled(): boolean {
    return this.target === undefined || isSame(this.target, this.taken)
  }

  /** Whether something has to be said before the interval is over. */
  isUrgent(subscription: Subscription | undefined): boolean {
    if (this.phase !== 'in') return this.phase === 'joining'
    if (this.#told === undefined) return false
    return this.#told.owned !== this.taken || this.#told.topics !== textOf(subscription) || this.#told.re2j !== subscription?.re2j
  }

  join(): void {
    this.#epoch = JOINS
    this.phase = 'joining'
    this.target = undefined
    this.taken = nothing
    this.#told = undefined
  }

  /** Out of the group, whatever the reason. */
  out(): void {
    this.join()
    this.phase = 'out'
  }

  /** Everything when joining and after a failure, else what has changed. */
  heartbeat(subscription: Subscription, version: number): RequestDraft<typeof ConsumerGroupHeartbeat> {
    const { groupInstanceId, clientRack, maxPollIntervalMs, groupRemoteAssignor } = this.#settings
    const { groupId, memberId, taken } = this
    const told = this.#told
    const topics = textOf(subscription)
    const { re2j } = subscription
    this.#told = { topics, re2j, owned: taken }
    return {
      groupId,
      memberId,
      memberEpoch: this.#epoch,
      instanceId: groupInstanceId ?? null,
      ...(told === undefined
        ? {
            rebalanceTimeoutMs: maxPollIntervalMs,
            rackId: clientRack === '' ? null : clientRack,
            serverAssignor: groupRemoteAssignor ?? null,
          }
        : {}),
      ...(told?.topics === topics ? {} : { subscribedTopicNames: [...new Set(subscription.topics)] }),
      // An empty pattern takes away the one before.
      ...(version < 1 || told?.re2j === re2j ? {} : { subscribedTopicRegex: re2j ?? '' }),
      ...(told?.owned === taken ? {} : { topicPartitions: wireForm(taken) }),
    }
  }

  leaving(how: 'leave' | 'remain' | 'default'): RequestDraft<typeof ConsumerGroupHeartbeat> | undefined {
    const { groupInstanceId } = this.#settings
    if (groupInstanceId === undefined && how === 'remain') return undefined
    const keepsPlace = groupInstanceId !== undefined && how !== 'leave'
    const { groupId, memberId } = this
    return { groupId, memberId, memberEpoch: keepsPlace ? LEAVES_ITS_PLACE_OPEN : LEAVES, instanceId: groupInstanceId ?? null }
  }

  answered(answer: ResponseOf<typeof ConsumerGroupHeartbeat>): Meaning {
    if (answer.errorCode !== 0) return this.failed(errorOf(answer.errorCode, answer.errorMessage))
    this.#epoch = answer.memberEpoch
    this.phase = 'in'
    const before = this.target
    if (answer.assignment !== null) this.target = assignedOf(answer.assignment)
    this.target ??= nothing
    return { kind: 'alive', intervalMs: answer.heartbeatIntervalMs, isNew: before === undefined || !isSame(before, this.target) }
  }

  failed(error: unknown): Meaning {
    this.#told = undefined
    if (!(error instanceof KafkaError)) return { kind: 'fatal', error }
    const why = nameOfCode(error.wireCode)
    switch (error.code) {
      case 'FENCED_MEMBER_EPOCH':
      case 'UNKNOWN_MEMBER_ID':
        return { kind: 'fenced', why }
      case 'NOT_COORDINATOR':
      case 'COORDINATOR_NOT_AVAILABLE':
        return { kind: 'again', why, forgetsCoordinator: true }
      case 'COORDINATOR_LOAD_IN_PROGRESS':
      case 'NETWORK_EXCEPTION':
      case 'REQUEST_TIMED_OUT':
        return { kind: 'again', why, forgetsCoordinator: false }
      case 'TOPIC_AUTHORIZATION_FAILED':
        return { kind: 'raised', error }
      default:
        return { kind: 'fatal', error }
    }
  }
}

function textOf(subscription: Subscription | undefined): string {
  return JSON.stringify([...new Set(subscription?.topics)].toSorted())
}
