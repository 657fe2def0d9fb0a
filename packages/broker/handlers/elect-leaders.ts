import type { ElectLeadersCommand, MetadataService } from '@odradek/metadata'
import { errorCode, errorMessage, errorName, KafkaError } from '@odradek/protocol'
import { ElectLeaders } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'

/** Elects preferred leaders, or any that live (KIP-460). */
export const electLeaders = (metadata: Pick<MetadataService, 'electLeaders'>) =>
  handler(
    ElectLeaders,
    async ({ electionType, topicPartitions }) => {
      if (topicPartitions?.length === 0) return { errorCode: 0, replicaElectionResults: [] }
      const kind = kinds[electionType]
      if (kind === undefined) throw new KafkaError('INVALID_REQUEST', `Unknown election type ${electionType}`)
      const topics = topicPartitions === null ? null : topicPartitions.map(({ topic, partitions }) => ({ name: topic, partitions }))
      const results = await metadata.electLeaders({ kind, topics })
      return {
        errorCode: 0,
        replicaElectionResults: results.map(({ name, partitions }) => ({
          topic: name,
          partitionResult: partitions.map(({ partition, error, message }) => ({
            partitionId: partition,
            errorCode: errorCode(error),
            errorMessage: message,
          })),
        })),
      }
    },
    {
      failed: ({ topicPartitions }, code, { apiVersion }) => ({
        // Version 0 has no error at the top.
        errorCode: apiVersion > 0 ? code : 0,
        replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
          topic,
          partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode: code, errorMessage: errorMessage(errorName(code)) })),
        })),
      }),
    },
  )

const kinds: readonly ElectLeadersCommand['kind'][] = ['preferred', 'unclean']
