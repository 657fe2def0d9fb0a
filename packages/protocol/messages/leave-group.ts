import { api } from '../schema/api.ts'
import { array, int16, int32, string, struct } from '../schema/types.ts'

/** Members leave a classic group: one up to version 2, several from 3. */
export const LeaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: string(),
    memberId: string({ until: 2 }),
    members: array(
      struct({
        memberId: string({ since: 3 }),
        groupInstanceId: string({ since: 3, nullable: 3, default: null }),
        reason: string({ since: 5, nullable: 5, default: null, ignorable: true }),
      }),
      { since: 3, default: [] },
    ),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16(),
    members: array(
      struct({ memberId: string({ since: 3 }), groupInstanceId: string({ since: 3, nullable: 3 }), errorCode: int16({ since: 3 }) }),
      { since: 3, default: [] },
    ),
  },
})
