import type { MetadataService } from '@odradek/metadata'
import { errorCode, errorMessage, errorName } from '@odradek/protocol'
import { CreatePartitions } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'

/** Gives topics more partitions, each by itself. */
export const createPartitions = (metadata: Pick<MetadataService, 'createPartitions'>) =>
  handler(
    CreatePartitions,
    async ({ topics, validateOnly }) => {
      const wanted = topics.map(({ name, count, assignments }) => ({
        name,
        count,
        assignments: assignments === null ? null : assignments.map(({ brokerIds }) => brokerIds),
      }))
      const results = await metadata.createPartitions({ topics: wanted, validateOnly })
      return { results: results.map(({ name, error, message }) => ({ name, errorCode: errorCode(error), errorMessage: message })) }
    },
    {
      failed: ({ topics }, code) => ({
        results: topics.map(({ name }) => ({ name, errorCode: code, errorMessage: errorMessage(errorName(code)) })),
      }),
    },
  )
