import { api } from '../schema/api.ts'
import { array, int16, int32, int8, string, struct } from '../schema/types.ts'

/** The resources that have settings of their own: client metrics in version 0, any type from 1. */
export const ListConfigResources = api({
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexible: 0,
  request: { resourceTypes: array(int8(), { since: 1, default: [] }) },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    configResources: array(struct({ resourceName: string(), resourceType: int8({ since: 1, default: 16, ignorable: true }) })),
  },
})
