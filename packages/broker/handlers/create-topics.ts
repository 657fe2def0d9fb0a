import { ZERO_UUID } from '@odradek/common/bytes'
import type { CreatedTopic, MetadataService } from '@odradek/metadata'
import { errorCode, errorMessage, errorName } from '@odradek/protocol'
import { CreateTopics } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { describeTopic } from '../config/index.ts'
import type { LiveSettings } from '../config/index.ts'
import { handler } from '../handler.ts'

type Request = RequestOf<typeof CreateTopics>
type TopicResult = ResponseDraft<typeof CreateTopics>['topics'][number]

/** Makes topics, each by itself. Who asks for metadata afterwards finds those that were made. */
export const createTopics = (metadata: Pick<MetadataService, 'createTopics'>, settings: Pick<LiveSettings, 'layers'>) =>
  handler(
    CreateTopics,
    async ({ topics, validateOnly }) => {
      const results = await metadata.createTopics({ topics: topics.map(newTopic), validateOnly })
      return { topics: results.map((result) => topicResult(result, settings)) }
    },
    {
      failed: ({ topics }, code) => ({
        topics: topics.map(({ name }) => ({ ...nothing, name, errorCode: code, errorMessage: errorMessage(errorName(code)) })),
      }),
    },
  )

function newTopic({ assignments, ...topic }: Request['topics'][number]): Parameters<MetadataService['createTopics']>[0]['topics'][number] {
  return { ...topic, assignments: assignments.map(({ partitionIndex, brokerIds }) => ({ partition: partitionIndex, brokerIds })) }
}

function topicResult({ name, error, message, created }: CreatedTopic, settings: Pick<LiveSettings, 'layers'>): TopicResult {
  const outcome = { ...nothing, name, errorCode: errorCode(error), errorMessage: message }
  if (created === undefined) return outcome
  const { topicId, numPartitions, replicationFactor, configs } = created
  return { ...outcome, topicId, numPartitions, replicationFactor, configs: describeTopic(configs, settings.layers) }
}

const nothing = { topicId: ZERO_UUID, topicConfigErrorCode: 0, configs: [] }
