import { api } from '../schema/api.ts'
import { int16, int32, string } from '../schema/types.ts'

/** A member of a classic group says that it is alive, and learns whether the group is rebalancing. */
export const Heartbeat = api({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexible: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullable: 3, default: null }),
  },
  response: { throttleTimeMs: int32({ since: 1, ignorable: true }), errorCode: int16() },
})
