import { api } from '../schema/api.ts'
import { array, int16, int32, string, struct } from '../schema/types.ts'

/** Deletes committed offsets of partitions that nobody in the group reads. */
export const OffsetDelete = api({
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  request: { groupId: string(), topics: array(struct({ name: string(), partitions: array(struct({ partitionIndex: int32() })) })) },
  response: {
    errorCode: int16(),
    throttleTimeMs: int32({ default: 0, ignorable: true }),
    topics: array(struct({ name: string(), partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })) })),
  },
})
