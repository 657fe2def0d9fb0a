import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** Changes single settings: set (0), delete (1), append to a list (2), take from a list (3). */
export const IncrementalAlterConfigs = api({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexible: 1,
  request: {
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configs: array(struct({ name: string(), configOperation: int8(), value: string({ nullable: 0 }) })),
      }),
    ),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: array(
      struct({ errorCode: int16(), errorMessage: errorText({ nullable: 0, default: null }), resourceType: int8(), resourceName: string() }),
    ),
  },
})
