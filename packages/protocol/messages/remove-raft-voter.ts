import { api } from '../schema/api.ts'
import { errorText, int16, int32, string, uuid } from '../schema/types.ts'

/** Takes a controller out of the voters of the metadata quorum (KIP-853). */
export const RemoveRaftVoter = api({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: [0, 0],
  flexible: 0,
  request: { clusterId: string({ nullable: 0 }), voterId: int32(), voterDirectoryId: uuid() },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null, ignorable: true }),
  },
})
