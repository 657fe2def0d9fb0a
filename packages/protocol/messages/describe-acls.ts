import { api } from '../schema/api.ts'
import { array, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** The ACLs that match a filter. */
export const DescribeAcls = api({
  key: 29,
  name: 'DescribeAcls',
  versions: [1, 3],
  flexible: 2,
  request: {
    resourceTypeFilter: int8(),
    resourceNameFilter: string({ nullable: 0 }),
    patternTypeFilter: int8({ since: 1, default: 3 }),
    principalFilter: string({ nullable: 0 }),
    hostFilter: string({ nullable: 0 }),
    operation: int8(),
    permissionType: int8(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        patternType: int8({ since: 1, default: 3 }),
        acls: array(struct({ principal: string(), host: string(), operation: int8(), permissionType: int8() })),
      }),
    ),
  },
})
