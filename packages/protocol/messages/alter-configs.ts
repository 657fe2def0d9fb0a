import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** Replaces all settings of a resource; IncrementalAlterConfigs changes single ones. */
export const AlterConfigs = api({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexible: 2,
  request: {
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configs: array(struct({ name: string(), value: string({ nullable: 0 }) })),
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
