import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int64, string, struct, uuid } from '../schema/types.ts'

/** From where share groups read their partitions; null topics ask for all that have an offset (KIP-932). */
export const DescribeShareGroupOffsets = api({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: [0, 1],
  flexible: 0,
  request: {
    groups: array(
      struct({
        groupId: string(),
        topics: array(struct({ topicName: string(), partitions: array(int32()) }), { nullable: 0 }),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    groups: array(
      struct({
        groupId: string(),
        topics: array(
          struct({
            topicName: string(),
            topicId: uuid(),
            partitions: array(
              struct({
                partitionIndex: int32(),
                startOffset: int64(),
                leaderEpoch: int32(),
                lag: int64({ since: 1, default: -1, ignorable: true }),
                errorCode: int16(),
                errorMessage: errorText({ nullable: 0, default: null }),
              }),
            ),
          }),
        ),
        errorCode: int16(),
        errorMessage: errorText({ nullable: 0, default: null }),
      }),
    ),
  },
})
