import { ZERO_UUID } from '@odradek/common/bytes'
import type { MetadataService, TopicReference } from '@odradek/metadata'
import { errorCode, KafkaError } from '@odradek/protocol'
import { DeleteTopics } from '@odradek/protocol/messages'
import type { RequestOf } from '@odradek/protocol/schema'
import type { LiveSettings } from '../config/index.ts'
import { handler } from '../handler.ts'

/** Deletes topics, each by itself. They are gone for everybody when the answer comes; their files go later. */
export const deleteTopics = (metadata: Pick<MetadataService, 'deleteTopics'>, settings: Pick<LiveSettings, 'broker'>) =>
  handler(
    DeleteTopics,
    async (request, { apiVersion }) => {
      if (!settings.broker['delete.topic.enable']) throw new KafkaError(apiVersion < 3 ? 'INVALID_REQUEST' : 'TOPIC_DELETION_DISABLED')
      const results = await metadata.deleteTopics(referencesOf(request))
      return {
        responses: results.map(({ name, topicId, error, message }) => ({
          name,
          topicId,
          errorCode: errorCode(error),
          errorMessage: message,
        })),
      }
    },
    {
      failed: (request, code) => ({
        responses: referencesOf(request).map((reference) => ({ ...reference, errorCode: code, errorMessage: null })),
      }),
    },
  )

/** Up to version 5 a request has names, from 6 on names or ids. */
function referencesOf({ topics, topicNames }: RequestOf<typeof DeleteTopics>): readonly TopicReference[] {
  return [...topics, ...topicNames.map((name) => ({ name, topicId: ZERO_UUID }))]
}
