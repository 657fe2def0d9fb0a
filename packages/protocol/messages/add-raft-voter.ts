import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, string, struct, uint16, uuid } from '../schema/types.ts'

/** Adds a controller to the voters of the metadata quorum (KIP-853). */
export const AddRaftVoter = api({
  key: 80,
  name: 'AddRaftVoter',
  versions: [0, 1],
  flexible: 0,
  request: {
    clusterId: string({ nullable: 0 }),
    timeoutMs: int32(),
    voterId: int32(),
    voterDirectoryId: uuid(),
    listeners: array(struct({ name: string(), host: string(), port: uint16() })),
    ackWhenCommitted: bool({ since: 1, default: true }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null, ignorable: true }),
  },
})
