import { ZERO_UUID } from '@odradek/common/bytes'
import type { CreatedTopic, MetadataService } from '@odradek/metadata'
import { errorCode, errorMessage, errorName } from '@odradek/protocol'
import { CreateTopics } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import { describeTopic } from '../config/index.ts'
import type { DescribedSetting, LiveSettings } from '../config/index.ts'
import { handler } from '../handler.ts'

type Request = RequestOf<typeof CreateTopics>
type TopicResult = ResponseDraft<typeof CreateTopics>['topics'][number]

/** Makes topics, each by itself. Who asks for metadata afterwards finds those that were made. */
export const createTopics = (metadata: Pick<MetadataService, 'createTopics'>, settings: Pick<LiveSettings, 'layers'>) =>
  handler(
    CreateTopics,
    async ({ topics, validateOnly }) => {
      const results = await metadata.createTopics({ topics: topics.map(newTopic), validateOnly })
      return { topics: topicResults(results, settings) }
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

function topicResults(results: readonly CreatedTopic[], settings: Pick<LiveSettings, 'layers'>): readonly TopicResult[] {
  const { layers } = settings
  // Topics for which nothing is set have the same settings, and mostly that is all of a thousand.
  let usual: readonly DescribedSetting[] | undefined
  return results.map(({ name, error, message, created }) => {
    const outcome = { ...nothing, name, errorCode: errorCode(error), errorMessage: message }
    if (created === undefined) return outcome
    const { topicId, numPartitions, replicationFactor, configs } = created
    const described = configs.size === 0 ? (usual ??= describeTopic(configs, layers)) : describeTopic(configs, layers)
    return { ...outcome, topicId, numPartitions, replicationFactor, configs: described }
  })
}

const nothing = { topicId: ZERO_UUID, topicConfigErrorCode: 0, configs: [] }
