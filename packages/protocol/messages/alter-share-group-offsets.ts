import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int64, string, struct, uuid } from '../schema/types.ts'

/** Moves the start offsets of an empty share group (KIP-932). */
export const AlterShareGroupOffsets = api({
  key: 91,
  name: 'AlterShareGroupOffsets',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupId: string(),
    topics: array(struct({ topicName: string(), partitions: array(struct({ partitionIndex: int32(), startOffset: int64() })) })),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    responses: array(
      struct({
        topicName: string(),
        topicId: uuid(),
        partitions: array(struct({ partitionIndex: int32(), errorCode: int16(), errorMessage: errorText({ nullable: 0, default: null }) })),
      }),
    ),
  },
})
