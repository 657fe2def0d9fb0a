import { kafkajsRoundRobin } from '@odradek/client'
import type { Assignor } from '@odradek/client'
import { AssignerProtocol } from './assigner-protocol.ts'
import { KafkaJSNotImplemented } from './errors.ts'
import type { Assignment, PartitionAssigner } from './types/cluster.ts'

/** Members by id, partitions one after the other. In a consumer the client below does this, under the same name. */
const roundRobin: PartitionAssigner = ({ cluster }) => ({
  name: kafkajsRoundRobin.name,
  version: 0,
  async assign({ members, topics }) {
    const ids = members.map(({ memberId }) => memberId).toSorted()
    const dealt = new Map<string, Assignment>()
    const partitions = topics.flatMap((topic) =>
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ topic, partitionId })),
    )
    for (const [turn, { topic, partitionId }] of partitions.entries()) {
      const id = ids[turn % ids.length] ?? ''
      const assignment = dealt.get(id) ?? {}
      dealt.set(id, assignment)
      assignment[topic] = [...(assignment[topic] ?? []), partitionId]
    }
    return [...dealt].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
    }))
  },
  protocol: ({ topics }) => ({
    name: kafkajsRoundRobin.name,
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
  }),
})

export const PartitionAssigners: { roundRobin: PartitionAssigner } = { roundRobin }

/** What the client below deals partitions with, where kafkajs would use `assigner`. Throws for assigners of one's own. */
export function assignorOf(assigner: PartitionAssigner): Assignor {
  if (assigner === roundRobin) return kafkajsRoundRobin
  throw new KafkaJSNotImplemented(
    'partitionAssigners: assigners of your own can not be used here, since they reach into the cluster of kafkajs. Use PartitionAssigners.roundRobin, or go over to @odradek/client, whose option assignors takes your own.',
  )
}
