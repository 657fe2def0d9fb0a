import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, string, struct, uuid } from '../schema/types.ts'

/** Makes an empty share group forget its offsets of some topics (KIP-932). */
export const DeleteShareGroupOffsets = api({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: [0, 0],
  flexible: 0,
  request: { groupId: string(), topics: array(struct({ topicName: string() })) },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    responses: array(
      struct({
        topicName: string(),
        topicId: uuid(),
        errorCode: int16(),
        errorMessage: errorText({ nullable: 0, default: null }),
      }),
    ),
  },
})
