import { api } from '../schema/api.ts'
import { array, bool, errorText, float64, int16, int32, string, struct } from '../schema/types.ts'

/** Sets or removes quotas. */
export const AlterClientQuotas = api({
  key: 49,
  name: 'AlterClientQuotas',
  versions: [0, 1],
  flexible: 1,
  request: {
    entries: array(
      struct({
        entity: array(struct({ entityType: string(), entityName: string({ nullable: 0 }) })),
        ops: array(struct({ key: string(), value: float64(), remove: bool() })),
      }),
    ),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    entries: array(
      struct({
        errorCode: int16(),
        errorMessage: errorText({ nullable: 0, default: null }),
        entity: array(struct({ entityType: string(), entityName: string({ nullable: 0 }) })),
      }),
    ),
  },
})
