import type { Cancellable } from '@odradek/common/time'
import type { ErrorName } from '@odradek/protocol'
import type { World } from '../world/world.ts'

/** `topic id/partition`. */
export type Place = string

export interface ConsumerHeartbeat {
  readonly memberId: string
  readonly memberEpoch: number
  readonly instanceId: string | null
  readonly rebalanceTimeoutMs: number
  readonly topics: readonly string[] | null
  readonly owned: readonly Place[] | null
}

export interface HeartbeatResult {
  readonly error: ErrorName
  readonly memberEpoch: number
  readonly assignment: readonly Place[] | null
}

interface Member {
  readonly id: string
  readonly instanceId: string | null
  epoch: number
  previousEpoch: number
  topics: readonly string[]
  assigned: Set<Place>
  revoking: Set<Place>
  target: Set<Place>
  rebalanceTimeoutMs: number
  session: Cancellable | undefined
  revocation: Cancellable | undefined
}

const refuse = (error: ErrorName): HeartbeatResult => ({ error, memberEpoch: -1, assignment: null })

export const consumerSessionMs = 4_000

/**
 * A group of the new protocol as its coordinator sees it (KIP-848): a target assignment, towards which each member moves by itself.
 * A partition is given to its new owner when the old one has let it go, or is gone.
 */
export class ConsumerGroup {
  readonly id: string
  readonly #world: World
  readonly #placesOf: (topics: readonly string[]) => readonly Place[]
  readonly #members = new Map<string, Member>()
  #epoch = 0

  constructor(id: string, world: World, placesOf: (topics: readonly string[]) => readonly Place[]) {
    this.id = id
    this.#world = world
    this.#placesOf = placesOf
  }

  get size(): number {
    return this.#members.size
  }

  /** Whether every member has what it shall have, and nothing else. */
  get isStable(): boolean {
    for (const { assigned, target, revoking, epoch } of this.#members.values())
      if (revoking.size > 0 || epoch !== this.#epoch || assigned.size !== target.size) return false
    return true
  }

  /** What keeps a member of that epoch from committing or reading offsets. */
  memberError(memberId: string, epoch: number): ErrorName | undefined {
    const member = this.#members.get(memberId)
    if (member === undefined) return 'UNKNOWN_MEMBER_ID'
    return member.epoch === epoch ? undefined : 'STALE_MEMBER_EPOCH'
  }

  heartbeat(request: ConsumerHeartbeat): HeartbeatResult {
    if (request.memberEpoch < 0) return this.#leave(request)
    let member = this.#members.get(request.memberId)
    if (request.memberEpoch === 0) {
      if (request.topics === null || request.owned === null || request.owned.length > 0) return refuse('INVALID_REQUEST')
      if (member !== undefined) this.#remove(member)
      if (request.instanceId !== null) this.#takeOver(request.instanceId)
      member = this.#add(request)
    } else if (member === undefined) return refuse('UNKNOWN_MEMBER_ID')
    else if (request.memberEpoch !== member.epoch) {
      // Only the answer to the heartbeat that raised the epoch was lost: whoever knows of that says all that it has.
      const isLate = request.memberEpoch === member.previousEpoch && request.owned?.every((place) => member?.assigned.has(place)) === true
      if (!isLate) return refuse('FENCED_MEMBER_EPOCH')
      this.#world.sometimes('a member came back with the epoch before')
    }
    if (request.topics !== null && request.topics.join() !== member.topics.join()) {
      member.topics = request.topics
      this.#share()
    }
    this.#touch(member)
    const before = [...member.assigned].toSorted().join()
    const epochBefore = member.epoch
    if (request.owned !== null) this.#reported(member, request.owned)
    this.#reconcile(member)
    const isChanged = before !== [...member.assigned].toSorted().join() || epochBefore !== member.epoch
    const isFull = request.topics !== null || request.memberEpoch === 0
    return { error: 'NONE', memberEpoch: member.epoch, assignment: isChanged || isFull ? [...member.assigned].toSorted() : null }
  }

  /** Another coordinator has read all this from its log; sessions begin anew. */
  loaded(): void {
    for (const member of this.#members.values()) this.#touch(member)
  }

  #add(request: ConsumerHeartbeat): Member {
    const member: Member = {
      id: request.memberId,
      instanceId: request.instanceId,
      epoch: 0,
      previousEpoch: -1,
      topics: request.topics ?? [],
      assigned: new Set(),
      revoking: new Set(),
      target: new Set(),
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      session: undefined,
      revocation: undefined,
    }
    this.#members.set(member.id, member)
    this.#share()
    return member
  }

  #leave(request: ConsumerHeartbeat): HeartbeatResult {
    const member = this.#members.get(request.memberId)
    if (member === undefined) return refuse('UNKNOWN_MEMBER_ID')
    if (request.memberEpoch === -1) {
      this.#remove(member)
      this.#share()
    }
    return { error: 'NONE', memberEpoch: request.memberEpoch, assignment: null }
  }

  #takeOver(instanceId: string): void {
    for (const member of this.#members.values()) if (member.instanceId === instanceId) this.#remove(member)
  }

  #remove(member: Member): void {
    member.session?.cancel()
    member.revocation?.cancel()
    this.#members.delete(member.id)
  }

  #touch(member: Member): void {
    member.session?.cancel()
    member.session = this.#world.time.after(consumerSessionMs, () => {
      this.#world.sometimes('a member of a consumer group was not heard of in time')
      this.#fence(member)
    })
  }

  #fence(member: Member): void {
    if (this.#members.get(member.id) !== member) return
    this.#world.note('fence', this.id, member.id)
    this.#remove(member)
    this.#share()
  }

  /** A new target: partitions in a circle, those that a member has first to it. */
  #share(): void {
    this.#epoch++
    const members = [...this.#members.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
    for (const member of members) member.target = new Set()
    if (members.length === 0) return
    const places = [...new Set(members.flatMap((member) => this.#placesOf(member.topics)))].toSorted()
    const most = Math.ceil(places.length / members.length)
    const left = places.filter((place) => {
      const keeper = members.find((member) => member.assigned.has(place) && member.target.size < most)
      keeper?.target.add(place)
      return keeper === undefined
    })
    for (const place of left) {
      const least = members.reduce((a, b) => (b.target.size < a.target.size ? b : a))
      least.target.add(place)
    }
    this.#world.sometimes('shared out anew in a consumer group')
  }

  #reported(member: Member, owned: readonly Place[]): void {
    for (const place of member.revoking) if (!owned.includes(place)) member.revoking.delete(place)
    if (member.revoking.size === 0) {
      member.revocation?.cancel()
      member.revocation = undefined
    }
  }

  #reconcile(member: Member): void {
    if (member.revoking.size > 0) return
    const going = [...member.assigned].filter((place) => !member.target.has(place))
    if (going.length > 0) {
      for (const place of going) {
        member.assigned.delete(place)
        member.revoking.add(place)
      }
      this.#world.sometimes('asked a member to let go')
      member.revocation = this.#world.time.after(member.rebalanceTimeoutMs, () => this.#fence(member))
      return
    }
    for (const place of member.target) if (!member.assigned.has(place) && this.#isFree(place)) member.assigned.add(place)
    if (member.epoch !== this.#epoch) {
      member.previousEpoch = member.epoch
      member.epoch = this.#epoch
    }
  }

  #isFree(place: Place): boolean {
    for (const { assigned, revoking } of this.#members.values()) if (assigned.has(place) || revoking.has(place)) return false
    return true
  }
}
