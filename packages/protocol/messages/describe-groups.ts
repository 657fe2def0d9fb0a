import { api } from '../schema/api.ts'
import { array, bool, bytes, errorText, int16, int32, string, struct } from '../schema/types.ts'

/** State and members of classic groups. */
export const DescribeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexible: 5,
  request: { groups: array(string()), includeAuthorizedOperations: bool({ since: 3, default: false }) },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    groups: array(
      struct({
        errorCode: int16(),
        errorMessage: errorText({ since: 6, nullable: 6, default: null }),
        groupId: string(),
        groupState: string(),
        protocolType: string(),
        protocolData: string(),
        members: array(
          struct({
            memberId: string(),
            groupInstanceId: string({ since: 4, nullable: 4, default: null, ignorable: true }),
            clientId: string(),
            clientHost: string(),
            memberMetadata: bytes(),
            memberAssignment: bytes(),
          }),
        ),
        authorizedOperations: int32({ since: 3, default: -(2 ** 31) }),
      }),
    ),
  },
})
