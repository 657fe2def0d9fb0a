import { ApiVersions } from '@odradek/protocol/messages'
import { served } from '../call.ts'
import type { ModelCluster } from '../model-cluster.ts'

/** What this broker's release speaks, and the features that all brokers have. */
export const apiVersions = (cluster: ModelCluster) =>
  served(ApiVersions, (_, { broker, version, answer }) => {
    const finalized = Object.keys(broker.release.features).map((name) => ({
      name,
      maxVersionLevel: cluster.feature(name),
      minVersionLevel: 0,
    }))
    answer({
      errorCode: 0,
      apiKeys: [...broker.release.ranges.values()],
      throttleTimeMs: 0,
      supportedFeatures:
        version < 4 ? [] : finalized.map(({ name, maxVersionLevel }) => ({ name, minVersion: 0, maxVersion: maxVersionLevel })),
      finalizedFeaturesEpoch: 7,
      finalizedFeatures: finalized
        .filter(({ maxVersionLevel }) => maxVersionLevel > 0)
        .map((feature) => ({ ...feature, minVersionLevel: feature.maxVersionLevel })),
    })
  })
