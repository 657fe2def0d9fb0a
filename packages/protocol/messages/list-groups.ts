import { api } from '../schema/api.ts'
import { array, int16, int32, string, struct } from '../schema/types.ts'

/** The groups that this broker coordinates, filtered by state and type. */
export const ListGroups = api({
  key: 16,
  name: 'ListGroups',
  versions: [0, 5],
  flexible: 3,
  request: { statesFilter: array(string(), { since: 4, default: [] }), typesFilter: array(string(), { since: 5, default: [] }) },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16(),
    groups: array(
      struct({
        groupId: string(),
        protocolType: string(),
        groupState: string({ since: 4, ignorable: true }),
        groupType: string({ since: 5, ignorable: true }),
      }),
    ),
  },
})
