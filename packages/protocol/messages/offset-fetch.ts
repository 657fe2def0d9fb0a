import { api } from '../schema/api.ts'
import { array, bool, int16, int32, int64Exact, string, struct, uuid } from '../schema/types.ts'

/**
 * How far groups have read.
 *
 * Up to version 7 about one group, with `groupId` and `topics` at the top; from 8 about many, in `groups`.
 * Topics have a name up to version 9, an id from 10. `topics: null` asks for all.
 */
export const OffsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 10],
  flexible: 6,
  request: {
    groupId: string({ until: 7 }),
    topics: array(struct({ name: string({ until: 7 }), partitionIndexes: array(int32(), { until: 7 }) }), { until: 7, nullable: 2 }),
    groups: array(
      struct({
        groupId: string({ since: 8 }),
        memberId: string({ since: 9, nullable: 9, default: null, ignorable: true }),
        memberEpoch: int32({ since: 9, default: -1, ignorable: true }),
        topics: array(
          struct({
            name: string({ since: 8, until: 9, ignorable: true }),
            topicId: uuid({ since: 10, ignorable: true }),
            partitionIndexes: array(int32(), { since: 8 }),
          }),
          { since: 8, nullable: 8 },
        ),
      }),
      { since: 8, default: [] },
    ),
    requireStable: bool({ since: 7, default: false }),
  },
  response: {
    throttleTimeMs: int32({ since: 3, ignorable: true }),
    topics: array(
      struct({
        name: string({ until: 7 }),
        partitions: array(
          struct({
            partitionIndex: int32({ until: 7 }),
            committedOffset: int64Exact({ until: 7 }),
            committedLeaderEpoch: int32({ since: 5, until: 7, default: -1, ignorable: true }),
            metadata: string({ until: 7, nullable: 0 }),
            errorCode: int16({ until: 7 }),
          }),
          { until: 7 },
        ),
      }),
      { until: 7 },
    ),
    errorCode: int16({ since: 2, until: 7, default: 0, ignorable: true }),
    groups: array(
      struct({
        groupId: string({ since: 8 }),
        topics: array(
          struct({
            name: string({ since: 8, until: 9, ignorable: true }),
            topicId: uuid({ since: 10, ignorable: true }),
            partitions: array(
              struct({
                partitionIndex: int32({ since: 8 }),
                committedOffset: int64Exact({ since: 8 }),
                committedLeaderEpoch: int32({ since: 8, default: -1, ignorable: true }),
                metadata: string({ since: 8, nullable: 8 }),
                errorCode: int16({ since: 8 }),
              }),
              { since: 8 },
            ),
          }),
          { since: 8 },
        ),
        errorCode: int16({ since: 8, default: 0 }),
      }),
      { since: 8, default: [] },
    ),
  },
})
