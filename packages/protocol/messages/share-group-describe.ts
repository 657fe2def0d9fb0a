import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, string, struct, uuid } from '../schema/types.ts'

/** State, members and assignments of share groups (KIP-932). */
export const ShareGroupDescribe = api({
  key: 77,
  name: 'ShareGroupDescribe',
  versions: [1, 1],
  flexible: 0,
  request: { groupIds: array(string()), includeAuthorizedOperations: bool() },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    groups: array(
      struct({
        errorCode: int16(),
        errorMessage: errorText({ nullable: 0, default: null }),
        groupId: string(),
        groupState: string(),
        groupEpoch: int32(),
        assignmentEpoch: int32(),
        assignorName: string(),
        members: array(
          struct({
            memberId: string(),
            rackId: string({ nullable: 0, default: null }),
            memberEpoch: int32(),
            clientId: string(),
            clientHost: string(),
            subscribedTopicNames: array(string()),
            assignment: struct({
              topicPartitions: array(struct({ topicId: uuid(), topicName: string(), partitions: array(int32()) })),
            }),
          }),
        ),
        authorizedOperations: int32({ default: -(2 ** 31) }),
      }),
    ),
  },
})
