import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** Adds ACLs; each stands or fails alone. */
export const CreateAcls = api({
  key: 30,
  name: 'CreateAcls',
  versions: [1, 3],
  flexible: 2,
  request: {
    creations: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        resourcePatternType: int8({ since: 1, default: 3 }),
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8(),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array(struct({ errorCode: int16(), errorMessage: errorText({ nullable: 0, default: null }) })),
  },
})
