import { api } from '../schema/api.ts'
import { array, bool, errorText, float64, int16, int32, int8, string, struct } from '../schema/types.ts'

/** The quotas of users, client ids and addresses that match the components: exactly (0), their default (1), any (2). */
export const DescribeClientQuotas = api({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexible: 1,
  request: {
    components: array(struct({ entityType: string(), matchType: int8(), match: string({ nullable: 0 }) })),
    strict: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    entries: array(
      struct({
        entity: array(struct({ entityType: string(), entityName: string({ nullable: 0 }) })),
        values: array(struct({ key: string(), value: float64() })),
      }),
      { nullable: 0 },
    ),
  },
})
