import { api } from '../schema/api.ts'
import { array, bool, int16, int32, int64, string, struct } from '../schema/types.ts'

/**
 * What the broker speaks: the first thing a client asks.
 *
 * To a version that we do not know, the answer is one of version 0 with UNSUPPORTED_VERSION and our range for this API (KIP-511).
 */
export const ApiVersions = api({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 4],
  flexible: 3,
  request: {
    clientSoftwareName: string({ since: 3, ignorable: true }),
    clientSoftwareVersion: string({ since: 3, ignorable: true }),
  },
  response: {
    errorCode: int16(),
    apiKeys: array(struct({ apiKey: int16(), minVersion: int16(), maxVersion: int16() })),
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    supportedFeatures: array(struct({ name: string({ since: 3 }), minVersion: int16({ since: 3 }), maxVersion: int16({ since: 3 }) }), {
      since: 3,
      tag: 0,
      ignorable: true,
    }),
    finalizedFeaturesEpoch: int64({ since: 3, tag: 1, default: -1, ignorable: true }),
    finalizedFeatures: array(
      struct({ name: string({ since: 3 }), maxVersionLevel: int16({ since: 3 }), minVersionLevel: int16({ since: 3 }) }),
      { since: 3, tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool({ since: 3, tag: 3, default: false, ignorable: true }),
  },
})
