import { array, bytes, int32, int64, string, struct } from '../schema/types.ts'
import { entry } from './entry.ts'

/** A generation of a classic group: written when the leader hands in the assignment, and when the group becomes empty. */
export const GroupMetadataEntry = entry({
  type: 2,
  name: 'GroupMetadata',
  key: { group: string() },
  versions: [0, 4],
  flexible: 4,
  written: 3,
  value: {
    protocolType: string(),
    generation: int32(),
    protocol: string({ nullable: 0 }),
    leader: string({ nullable: 0 }),
    currentStateTimestamp: int64({ since: 2, default: -1, ignorable: true, sentinel: true }),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: string({ since: 3, nullable: 3, default: null, ignorable: true }),
        clientId: string(),
        clientHost: string(),
        rebalanceTimeout: int32({ since: 1, default: -1, ignorable: true }),
        sessionTimeout: int32(),
        subscription: bytes(),
        assignment: bytes(),
      }),
    ),
  },
})
