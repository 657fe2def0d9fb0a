import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** Removes the ACLs that match the filters, and names those removed. */
export const DeleteAcls = api({
  key: 31,
  name: 'DeleteAcls',
  versions: [1, 3],
  flexible: 2,
  request: {
    filters: array(
      struct({
        resourceTypeFilter: int8(),
        resourceNameFilter: string({ nullable: 0 }),
        patternTypeFilter: int8({ since: 1, default: 3 }),
        principalFilter: string({ nullable: 0 }),
        hostFilter: string({ nullable: 0 }),
        operation: int8(),
        permissionType: int8(),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    filterResults: array(
      struct({
        errorCode: int16(),
        errorMessage: errorText({ nullable: 0, default: null }),
        matchingAcls: array(
          struct({
            errorCode: int16(),
            errorMessage: errorText({ nullable: 0, default: null }),
            resourceType: int8(),
            resourceName: string(),
            patternType: int8({ since: 1, default: 3 }),
            principal: string(),
            host: string(),
            operation: int8(),
            permissionType: int8(),
          }),
        ),
      }),
    ),
  },
})
