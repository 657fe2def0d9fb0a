import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** Which broker coordinates a group (key type 0), a transactional id (1) or a share group's partition (2). One key up to version 3, many from 4. */
export const FindCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexible: 3,
  request: {
    key: string({ until: 3 }),
    keyType: int8({ since: 1, default: 0 }),
    coordinatorKeys: array(string(), { since: 4, default: [] }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16({ until: 3 }),
    errorMessage: errorText({ since: 1, until: 3, nullable: 1, default: null, ignorable: true }),
    nodeId: int32({ until: 3 }),
    host: string({ until: 3 }),
    port: int32({ until: 3 }),
    coordinators: array(
      struct({
        key: string({ since: 4 }),
        nodeId: int32({ since: 4 }),
        host: string({ since: 4 }),
        port: int32({ since: 4 }),
        errorCode: int16({ since: 4 }),
        errorMessage: errorText({ since: 4, nullable: 4, default: null, ignorable: true }),
      }),
      { since: 4, default: [] },
    ),
  },
})
