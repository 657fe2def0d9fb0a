import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import type { JoinGroup, SyncGroup } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import { errorOf, nameOfCode } from '../../../errors/index.ts'
import type { ConsumerGroupMetadata } from '../../group-metadata.ts'
import { PROTOCOL_TYPE } from './consumer-protocol.ts'

/** What to do next. Nothing here waits or sends: whoever asks does. */
export type Step =
  | { readonly kind: 'sync'; readonly isLeader: boolean }
  | { readonly kind: 'assigned'; readonly assignment: Uint8Array }
  /** Join again: at once, or after a back-off; perhaps with another coordinator. */
  | { readonly kind: 'again'; readonly why: string; readonly waits: boolean; readonly forgetsCoordinator: boolean }
  | { readonly kind: 'fatal'; readonly error: unknown }

/**
 * - `unjoined`: no generation, or between two attempts to join.
 * - `joining`: JoinGroup is sent.
 * - `syncing`: in a new generation, SyncGroup is sent.
 * - `stable`: with an assignment.
 */
export type Phase = 'unjoined' | 'joining' | 'syncing' | 'stable'

/** Who a member of a classic group is, and what answers mean for it. All of it synchronous. */
export class ClassicState {
  readonly groupId: string
  readonly groupInstanceId: string | undefined
  phase: Phase = 'unjoined'
  generationId = -1
  memberId = ''
  protocolName: string | null = null
  /** Why it has to join; undefined when it need not. */
  rejoinReason: string | undefined
  /** Before the next JoinGroup partitions must be given back, or are lost. */
  needsPreparation = true

  constructor(groupId: string, groupInstanceId: string | null | undefined) {
    this.groupId = groupId
    this.groupInstanceId = groupInstanceId ?? undefined
  }

  get group(): ConsumerGroupMetadata {
    const { groupId, generationId, memberId, groupInstanceId } = this
    return { groupId, generationId, memberId, groupInstanceId }
  }

  /** Whether the group may still count this as a member with what it owns. */
  get isMember(): boolean {
    return this.generationId >= 0 && this.memberId !== ''
  }

  get isJoining(): boolean {
    return this.phase === 'joining' || this.phase === 'syncing'
  }

  requestRejoin(reason: string): void {
    this.rejoinReason = reason
  }

  /** The group has gone on without this member: what it owns is lost. An id may still be good, and joining with it spares the group a ghost. */
  loseGeneration(options: { readonly keepsId: boolean }): void {
    this.phase = 'unjoined'
    this.generationId = -1
    this.protocolName = null
    if (!options.keepsId) this.memberId = ''
    this.needsPreparation = true
  }

  /** JoinGroup or SyncGroup has failed. A generation stays: heartbeats keep the member's place until the next attempt. */
  attemptEnded(): void {
    if (this.isJoining) this.phase = 'unjoined'
  }

  joinSent(): ConsumerGroupMetadata {
    this.phase = 'joining'
    return this.group
  }

  joinAnswered(answer: ResponseOf<typeof JoinGroup>, sentAs: ConsumerGroupMetadata): Step {
    if (answer.errorCode === 0) {
      if (answer.protocolType !== null && answer.protocolType !== PROTOCOL_TYPE) return wrongType(answer.protocolType)
      this.phase = 'syncing'
      this.generationId = answer.generationId
      this.memberId = answer.memberId
      this.protocolName = answer.protocolName
      return { kind: 'sync', isLeader: answer.leader === answer.memberId }
    }
    const error = errorOf(answer.errorCode)
    this.attemptEnded()
    switch (error.code) {
      case 'MEMBER_ID_REQUIRED':
        this.memberId = answer.memberId
        return now('it was given a member id')
      case 'UNKNOWN_MEMBER_ID':
        if (this.#isStill(sentAs)) this.loseGeneration({ keepsId: false })
        return now('the group does not know the member')
      case 'REBALANCE_IN_PROGRESS':
        return now('the group began anew')
      default:
        return otherwise(error, ['COORDINATOR_LOAD_IN_PROGRESS'])
    }
  }

  syncAnswered(answer: ResponseOf<typeof SyncGroup>, sentAs: ConsumerGroupMetadata): Step {
    if (answer.errorCode === 0) {
      if (answer.protocolType !== null && answer.protocolType !== PROTOCOL_TYPE) return wrongType(answer.protocolType)
      if (answer.protocolName !== null && answer.protocolName !== this.protocolName)
        return wrongName(answer.protocolName, this.protocolName)
      // A heartbeat may have been told meanwhile that this generation is over.
      if (!this.#isStill(sentAs)) {
        this.attemptEnded()
        return now('the generation ended before its assignment came')
      }
      this.phase = 'stable'
      this.rejoinReason = undefined
      this.needsPreparation = true
      return { kind: 'assigned', assignment: answer.assignment }
    }
    const error = errorOf(answer.errorCode)
    this.attemptEnded()
    switch (error.code) {
      case 'REBALANCE_IN_PROGRESS':
        return now('the group began another rebalance')
      case 'UNKNOWN_MEMBER_ID':
      case 'ILLEGAL_GENERATION':
        if (this.#isStill(sentAs)) this.loseGeneration({ keepsId: error.code === 'ILLEGAL_GENERATION' })
        return now(`the coordinator answered ${error.code} to SyncGroup`)
      default:
        return otherwise(error, ['COORDINATOR_LOAD_IN_PROGRESS'])
    }
  }

  /** `alive`: the coordinator counts on this member. `rejoin`: so it must join anew. `failed`: try again, perhaps with another coordinator. */
  heartbeatAnswered(code: number, sentAs: ConsumerGroupMetadata): 'alive' | 'rejoin' | 'failed' | 'moved' | { readonly fatal: unknown } {
    if (code === 0) return 'alive'
    const error = errorOf(code)
    switch (error.code) {
      case 'REBALANCE_IN_PROGRESS':
        if (this.phase !== 'stable') return 'alive'
        this.requestRejoin('the group is rebalancing')
        return 'rejoin'
      case 'ILLEGAL_GENERATION':
      case 'UNKNOWN_MEMBER_ID':
        return this.#rejected(error.code, sentAs)
      case 'FENCED_INSTANCE_ID':
        if (!this.#isStill(sentAs)) return 'alive'
        return { fatal: error }
      case 'GROUP_AUTHORIZATION_FAILED':
        return { fatal: error }
      case 'COORDINATOR_NOT_AVAILABLE':
      case 'NOT_COORDINATOR':
        return 'moved'
      default:
        return 'failed'
    }
  }

  /** A commit of this member was refused. */
  commitRejected(code: ErrorName, sentAs: ConsumerGroupMetadata): 'alive' | 'rejoin' | { readonly fatal: unknown } {
    if (code === 'REBALANCE_IN_PROGRESS') {
      if (this.phase !== 'stable' || this.rejoinReason !== undefined) return 'alive'
      this.requestRejoin('a commit met a rebalance')
      return 'rejoin'
    }
    if (code === 'FENCED_INSTANCE_ID') return this.#isStill(sentAs) ? { fatal: new KafkaError(code) } : 'alive'
    return this.#rejected(code, sentAs)
  }

  /**
   * The coordinator does not take this generation, or this member. While JoinGroup or SyncGroup is on its way that says nothing new:
   *   1. JoinGroup is sent from generation 4, then a commit or a heartbeat of generation 4
   *   2. the rebalance completes: the group is in generation 5
   *   3. the commit is refused with ILLEGAL_GENERATION, and after it the answer to JoinGroup brings generation 5
   * Dropping the generation at 3 would drop the new one.
   */
  #rejected(code: ErrorName, sentAs: ConsumerGroupMetadata): 'alive' | 'rejoin' {
    if (this.isJoining || !this.#isStill(sentAs)) return 'alive'
    this.loseGeneration({ keepsId: code === 'ILLEGAL_GENERATION' })
    this.requestRejoin(`the coordinator answered ${code}`)
    return 'rejoin'
  }

  #isStill(sentAs: ConsumerGroupMetadata): boolean {
    return sentAs.generationId === this.generationId && sentAs.memberId === this.memberId
  }
}

/** What a failure means that is not about this member: of the coordinator, or for good. */
export function otherwise(error: unknown, alsoPassing: readonly ErrorName[]): Step {
  if (!(error instanceof KafkaError)) return { kind: 'fatal', error }
  const why = nameOfCode(error.wireCode)
  switch (error.code) {
    case 'COORDINATOR_NOT_AVAILABLE':
    case 'NOT_COORDINATOR':
      return { kind: 'again', why, waits: true, forgetsCoordinator: true }
    case 'NETWORK_EXCEPTION':
    case 'REQUEST_TIMED_OUT':
      return { kind: 'again', why, waits: true, forgetsCoordinator: false }
    default:
      if (alsoPassing.includes(error.code)) return { kind: 'again', why, waits: true, forgetsCoordinator: false }
      return { kind: 'fatal', error }
  }
}

const now = (why: string): Step => ({ kind: 'again', why, waits: false, forgetsCoordinator: false })

function wrongType(type: string): Step {
  const error = new KafkaError(
    'INCONSISTENT_GROUP_PROTOCOL',
    `INCONSISTENT_GROUP_PROTOCOL: its members are of type ${type}, not ${PROTOCOL_TYPE}.`,
  )
  return { kind: 'fatal', error }
}

function wrongName(said: string, known: string | null): Step {
  const error = new KafkaError(
    'INCONSISTENT_GROUP_PROTOCOL',
    `INCONSISTENT_GROUP_PROTOCOL: the group took assignor ${said} after ${known}.`,
  )
  return { kind: 'fatal', error }
}
