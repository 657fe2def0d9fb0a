import { listReassignments } from '@odradek/metadata'
import type { MetadataService } from '@odradek/metadata'
import { ListPartitionReassignments } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'

/** Partitions that are on their way to other brokers (KIP-455). */
export const listPartitionReassignments = (metadata: Pick<MetadataService, 'image'>) =>
  handler(ListPartitionReassignments, ({ topics }) => {
    const asked = topics === null ? null : topics.map(({ name, partitionIndexes }) => ({ name, partitions: partitionIndexes }))
    return {
      errorCode: 0,
      topics: listReassignments(metadata.image, asked).map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partition, replicas, addingReplicas, removingReplicas }) => ({
          partitionIndex: partition,
          replicas,
          addingReplicas,
          removingReplicas,
        })),
      })),
    }
  })
