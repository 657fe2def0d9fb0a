import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { nameOf } from '../../../partitions.ts'
import { topicIdOf } from './topic-id-of.ts'

interface Committed {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

/** Committed offsets. */
export class FakeOffsets {
  readonly #refusal: (memberId: string, generationOrEpoch: number) => ErrorName
  /** By partition: `a-0`. */
  readonly committed = new Map<string, Committed>()
  /** Codes for partitions, whatever is asked of them. */
  readonly errors = new Map<string, ErrorName>()

  /** `refusal`: what the group says to a commit of this member. */
  constructor(refusal: (memberId: string, generationOrEpoch: number) => ErrorName) {
    this.#refusal = refusal
  }

  get all(): Record<string, number> {
    return Object.fromEntries([...this.committed].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, { offset }]) => [name, offset]))
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as of the wire
  commit(body: any, version: number): unknown {
    const { memberId, generationIdOrMemberEpoch } = body
    const refusal = this.#refusal(memberId, generationIdOrMemberEpoch)
    return {
      // oxlint-disable-next-line typescript/no-explicit-any -- as of the wire
      topics: body.topics.map((topic: any) => ({
        name: version >= 10 ? '' : topic.name,
        topicId: topic.topicId,
        // oxlint-disable-next-line typescript/no-explicit-any -- as of the wire
        partitions: topic.partitions.map((partition: any) => {
          const name = nameOf({ topic: topic.name, partition: partition.partitionIndex })
          const code = this.errors.get(name) ?? refusal
          if (code === 'NONE') {
            const { committedOffset: offset, committedLeaderEpoch: leaderEpoch, committedMetadata: metadata } = partition
            this.committed.set(name, { offset, leaderEpoch, metadata })
          }
          return { partitionIndex: partition.partitionIndex, errorCode: errorCode(code) }
        }),
      })),
    }
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as of the wire
  fetch(body: any, version: number): unknown {
    const [group = body] = body.groups ?? []
    // oxlint-disable-next-line typescript/no-explicit-any -- as of the wire
    const topics = group.topics.map((topic: any) => ({
      name: version >= 10 ? '' : topic.name,
      topicId: topicIdOf(topic.name),
      partitions: topic.partitionIndexes.map((partition: number) => {
        const name = nameOf({ topic: topic.name, partition })
        const { offset, leaderEpoch, metadata } = this.committed.get(name) ?? { offset: -1, leaderEpoch: -1, metadata: '' }
        const code = this.errors.get(name) ?? 'NONE'
        return {
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch,
          metadata,
          errorCode: errorCode(code),
        }
      }),
    }))
    return version >= 8
      ? { topics: [], errorCode: 0, groups: [{ groupId: group.groupId, topics, errorCode: 0 }] }
      : { topics, errorCode: 0, groups: [] }
  }
}
