import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, int8, string, struct } from '../schema/types.ts'

/** Raises or lowers the levels of features such as `metadata.version` (KIP-584). Upgrade type 1 is an upgrade, 2 a safe downgrade, 3 one that may lose data. */
export const UpdateFeatures = api({
  key: 57,
  name: 'UpdateFeatures',
  versions: [0, 2],
  flexible: 0,
  request: {
    timeoutMs: int32({ default: 60_000 }),
    featureUpdates: array(
      struct({
        feature: string(),
        maxVersionLevel: int16(),
        allowDowngrade: bool({ until: 0 }),
        upgradeType: int8({ since: 1, default: 1 }),
      }),
    ),
    validateOnly: bool({ since: 1, default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: errorText({ nullable: 0, default: null }),
    results: array(struct({ feature: string(), errorCode: int16(), errorMessage: errorText({ nullable: 0, default: null }) }), {
      until: 1,
      ignorable: true,
    }),
  },
})
