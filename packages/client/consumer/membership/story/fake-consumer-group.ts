import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { topicIdOf } from './topic-id-of.ts'

interface Body {
  readonly memberId: string
  readonly memberEpoch: number
  readonly topicPartitions?: readonly { readonly topicId: string; readonly partitions: readonly number[] }[] | null
}

/** A KIP-848 group for members one at a time: a test gives each its target. */
export class FakeConsumerGroup {
  readonly members = new Map<string, { epoch: number; target: string; told: string; owned: string }>()
  readonly #targets = new Map<string, string>()
  heartbeatIntervalMs = 5_000
  epoch = 0
  /** For members that are new. */
  firstTarget = ''

  has(memberId: string): boolean {
    return this.members.has(memberId)
  }

  /** What the member shall have: `a-0 a-1`. */
  assign(memberId: string, target: string): void {
    const member = this.members.get(memberId)
    if (member === undefined) throw new Error(`there is no member ${memberId}`)
    member.target = target
    this.epoch++
  }

  /** The group, and the member with it, is an epoch further. */
  bump(memberId: string): void {
    const member = this.members.get(memberId)
    if (member !== undefined) member.epoch = ++this.epoch
  }

  remove(memberId: string): void {
    this.members.delete(memberId)
    this.#targets.delete(memberId)
  }

  heartbeat(body: Body): unknown {
    const { memberId, memberEpoch } = body
    if (memberEpoch < 0) {
      this.members.delete(memberId)
      return answer({ memberId, memberEpoch, heartbeatIntervalMs: this.heartbeatIntervalMs })
    }
    if (memberEpoch === 0) {
      this.epoch++
      this.members.set(memberId, { epoch: this.epoch, target: this.firstTarget, told: '?', owned: '' })
    }
    const member = this.members.get(memberId)
    if (member === undefined) return answer({ errorCode: errorCode('UNKNOWN_MEMBER_ID') })
    if (memberEpoch !== 0 && memberEpoch !== member.epoch && memberEpoch !== member.epoch - 1)
      return answer({ errorCode: errorCode('FENCED_MEMBER_EPOCH') })
    if (body.topicPartitions !== null && body.topicPartitions !== undefined) {
      member.owned = body.topicPartitions
        .flatMap(({ topicId, partitions }) => partitions.map((partition) => `${topicId.replace(/A+$/, '')}-${partition}`))
        .toSorted()
        .join(' ')
    }
    const isNew = member.told !== member.target
    member.told = member.target
    if (member.owned === member.target) member.epoch = this.epoch
    return answer({
      memberId,
      memberEpoch: member.epoch,
      heartbeatIntervalMs: this.heartbeatIntervalMs,
      ...(isNew || memberEpoch === 0 ? { assignment: { topicPartitions: targetOf(member.target) } } : {}),
    })
  }

  commitError(memberId: string, epoch: number): ErrorName {
    const member = this.members.get(memberId)
    if (member === undefined) return 'UNKNOWN_MEMBER_ID'
    return epoch === member.epoch ? 'NONE' : 'STALE_MEMBER_EPOCH'
  }
}

function targetOf(target: string) {
  const places = target === '' ? [] : target.split(' ').map((place) => place.split('-'))
  return [...Map.groupBy(places, ([topic = '']) => topic)].map(([topic, those]) => ({
    topicId: topicIdOf(topic),
    partitions: those.map(([, partition]) => Number(partition)),
  }))
}

function answer(fields: object) {
  return { errorCode: 0, errorMessage: null, memberId: null, memberEpoch: 0, heartbeatIntervalMs: 0, assignment: null, ...fields }
}
