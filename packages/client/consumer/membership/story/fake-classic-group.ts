import { Deferred } from '@odradek/common/async'
import type { Cancellable, VirtualTime } from '@odradek/common/time'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'

interface Member {
  id: string
  readonly instanceId: string | null
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  protocols: readonly { readonly name: string; readonly metadata: Uint8Array }[]
  join: Deferred<unknown> | undefined
  sync: Deferred<unknown> | undefined
  assignment: Uint8Array
  session: Cancellable | undefined
}

interface JoinBody {
  readonly memberId: string
  readonly groupInstanceId?: string | null
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocols: Member['protocols']
  readonly reason?: string | null
}

/** A classic group as a coordinator has it, with what matters to members. */
export class FakeClassicGroup {
  readonly #time: VirtualTime
  readonly members = new Map<string, Member>()
  readonly #pending = new Set<string>()
  generation = 0
  state: 'empty' | 'preparing' | 'completing' | 'stable' = 'empty'
  leader = ''
  #protocol = ''
  #lastId = 0
  #deadline: Cancellable | undefined
  readonly left: string[] = []
  readonly reasons: (string | null | undefined)[] = []

  constructor(time: VirtualTime) {
    this.#time = time
  }

  async join(body: JoinBody, version: number): Promise<unknown> {
    this.reasons.push(body.reason)
    const { memberId, groupInstanceId = null } = body
    const before = [...this.members.values()].find(({ instanceId }) => instanceId !== null && instanceId === groupInstanceId)
    if (memberId === '' && before === undefined && groupInstanceId === null && version >= 4) {
      const id = this.#newId()
      this.#pending.add(id)
      return refused('MEMBER_ID_REQUIRED', id)
    }
    if (before !== undefined && memberId !== '' && memberId !== before.id) return refused('FENCED_INSTANCE_ID', memberId)
    const isKnown = memberId === '' || this.members.has(memberId) || this.#pending.has(memberId)
    if (!isKnown) return refused('UNKNOWN_MEMBER_ID', memberId)
    this.#pending.delete(memberId)
    if (before !== undefined && memberId === '') {
      const wasLeader = before.id === this.leader
      this.members.delete(before.id)
      before.id = this.#newId()
      this.members.set(before.id, before)
      if (wasLeader) this.leader = before.id
      if (this.state === 'stable') {
        this.#alive(before)
        return this.#joined(before, version >= 9 && wasLeader)
      }
    }
    const member: Member = before ??
      this.members.get(memberId) ?? {
        id: memberId === '' ? this.#newId() : memberId,
        instanceId: groupInstanceId,
        sessionTimeoutMs: body.sessionTimeoutMs,
        rebalanceTimeoutMs: body.rebalanceTimeoutMs,
        protocols: [],
        join: undefined,
        sync: undefined,
        assignment: Buffer.alloc(0),
        session: undefined,
      }
    this.members.set(member.id, member)
    member.protocols = body.protocols
    member.join = new Deferred<unknown>()
    member.session?.cancel()
    const { promise } = member.join
    this.#prepare()
    return promise
  }

  sync(body: { memberId: string; generationId: number; assignments: readonly { memberId: string; assignment: Uint8Array }[] }): unknown {
    const member = this.members.get(body.memberId)
    if (member === undefined) return unsynced('UNKNOWN_MEMBER_ID')
    if (body.generationId !== this.generation) return unsynced('ILLEGAL_GENERATION')
    if (this.state === 'preparing') return unsynced('REBALANCE_IN_PROGRESS')
    this.#alive(member)
    if (this.state === 'stable') return this.#synced(member)
    member.sync = new Deferred<unknown>()
    const { promise } = member.sync
    if (member.id === this.leader) {
      for (const { memberId, assignment } of body.assignments) {
        const one = this.members.get(memberId)
        if (one !== undefined) one.assignment = assignment
      }
      this.state = 'stable'
      for (const one of this.members.values()) {
        one.sync?.resolve(this.#synced(one))
        one.sync = undefined
      }
    }
    return promise
  }

  heartbeat(body: { memberId: string; generationId: number; groupInstanceId?: string | null }): number {
    const member = this.members.get(body.memberId)
    const { groupInstanceId = null } = body
    if (member === undefined) {
      const other = [...this.members.values()].some(({ instanceId }) => instanceId !== null && instanceId === groupInstanceId)
      return errorCode(other ? 'FENCED_INSTANCE_ID' : 'UNKNOWN_MEMBER_ID')
    }
    if (body.generationId !== this.generation) return errorCode('ILLEGAL_GENERATION')
    this.#alive(member)
    return errorCode(this.state === 'preparing' ? 'REBALANCE_IN_PROGRESS' : 'NONE')
  }

  leave(body: { memberId: string; members?: readonly { memberId: string; reason?: string | null }[] }): unknown {
    const { memberId = body.memberId } = body.members?.[0] ?? {}
    this.left.push(memberId)
    this.remove(memberId)
    return { errorCode: 0, members: [{ memberId, groupInstanceId: null, errorCode: 0 }] }
  }

  /** Out of the group, as after a session without a heartbeat. */
  remove(memberId: string): void {
    const member = this.members.get(memberId)
    if (member === undefined) return
    member.session?.cancel()
    this.members.delete(memberId)
    member.join?.resolve(refused('UNKNOWN_MEMBER_ID', memberId))
    member.sync?.resolve(unsynced('UNKNOWN_MEMBER_ID'))
    if (this.members.size === 0) {
      this.#deadline?.cancel()
      this.#deadline = undefined
      this.state = 'empty'
      this.generation++
    } else this.#prepare()
  }

  /** Why a commit of this member would be refused. */
  commitError(memberId: string, generationId: number): ErrorName {
    if (generationId < 0 && this.state === 'empty') return 'NONE'
    if (!this.members.has(memberId)) return 'UNKNOWN_MEMBER_ID'
    if (generationId !== this.generation) return 'ILLEGAL_GENERATION'
    return this.state === 'completing' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
  }

  #newId(): string {
    return `m${++this.#lastId}`
  }

  #prepare(): void {
    if (this.state !== 'preparing') {
      this.state = 'preparing'
      for (const member of this.members.values()) {
        member.sync?.resolve(unsynced('REBALANCE_IN_PROGRESS'))
        member.sync = undefined
      }
      const longestMs = Math.max(...[...this.members.values()].map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs))
      this.#deadline?.cancel()
      this.#deadline = this.#time.after(longestMs, () => this.#complete())
    }
    if ([...this.members.values()].every(({ join }) => join !== undefined)) this.#complete()
  }

  #complete(): void {
    this.#deadline?.cancel()
    this.#deadline = undefined
    for (const member of this.members.values()) {
      if (member.join !== undefined) continue
      member.session?.cancel()
      this.members.delete(member.id)
    }
    if (this.members.size === 0) {
      this.state = 'empty'
      return
    }
    this.state = 'completing'
    this.generation++
    if (!this.members.has(this.leader)) this.leader = [...this.members.keys()][0] ?? ''
    const all = [...this.members.values()]
    const common = all[0]?.protocols.find(({ name }) => all.every(({ protocols }) => protocols.some((other) => other.name === name)))
    this.#protocol = common?.name ?? ''
    for (const member of all) {
      member.join?.resolve(this.#joined(member, false))
      member.join = undefined
      this.#alive(member)
    }
  }

  #joined(member: Member, skipAssignment: boolean) {
    const isLeader = member.id === this.leader
    return {
      errorCode: 0,
      generationId: this.generation,
      protocolType: 'consumer',
      protocolName: this.#protocol,
      leader: this.leader,
      skipAssignment,
      memberId: member.id,
      members: isLeader
        ? [...this.members.values()].map(({ id, instanceId, protocols }) => ({
            memberId: id,
            groupInstanceId: instanceId,
            metadata: protocols.find(({ name }) => name === this.#protocol)?.metadata ?? Buffer.alloc(0),
          }))
        : [],
    }
  }

  #synced(member: Member) {
    return { errorCode: 0, protocolType: 'consumer', protocolName: this.#protocol, assignment: member.assignment }
  }

  #alive(member: Member): void {
    member.session?.cancel()
    member.session = this.#time.after(member.sessionTimeoutMs, () => {
      if (member.join === undefined) this.remove(member.id)
    })
  }
}

function refused(code: ErrorName, memberId: string) {
  return {
    errorCode: errorCode(code),
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    memberId,
    members: [],
  }
}

function unsynced(code: ErrorName) {
  return { errorCode: errorCode(code), protocolType: null, protocolName: null, assignment: Buffer.alloc(0) }
}
