import { ZERO_UUID } from '@odradek/common/bytes'
import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, string, struct, uuid } from '../schema/types.ts'

/** Deletes topics: by name up to version 5, by name or id from 6. */
export const DeleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexible: 4,
  request: {
    topics: array(struct({ name: string({ since: 6, nullable: 6, default: null }), topicId: uuid({ since: 6, default: ZERO_UUID }) }), {
      since: 6,
      default: [],
    }),
    topicNames: array(string(), { until: 5, ignorable: true }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    responses: array(
      struct({
        name: string({ nullable: 6 }),
        topicId: uuid({ since: 6, ignorable: true }),
        errorCode: int16(),
        errorMessage: errorText({ since: 5, nullable: 5, default: null, ignorable: true }),
      }),
    ),
  },
})
