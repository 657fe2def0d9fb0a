import { api } from '../schema/api.ts'
import { array, int16, int32, string, struct } from '../schema/types.ts'

/** Deletes groups that have no members. */
export const DeleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexible: 2,
  request: { groupsNames: array(string()) },
  response: { throttleTimeMs: int32({ default: 0 }), results: array(struct({ groupId: string(), errorCode: int16() })) },
})
