import type { ClusterImage, FeatureRange } from '@odradek/metadata'
import { featureRange } from '@odradek/protocol'

/** Features of the cluster, as clients see them (KIP-584). */
export interface ClusterFeatures {
  /** What this broker can work at. */
  readonly supported: ReadonlyMap<string, FeatureRange>
  /** What the cluster has agreed on; features at level 0 are absent. */
  readonly finalized: ReadonlyMap<string, number>
  /** Grows when `finalized` changes. */
  readonly epoch: number
}

const { minVersion, maxVersion } = featureRange('metadata.version')

/** What this version can work at. A feature whose APIs are not served yet is not among them, so that nobody can switch it on. */
export const supportedFeatures: ReadonlyMap<string, FeatureRange> = new Map([['metadata.version', { min: minVersion, max: maxVersion }]])

/** The levels at which a new cluster begins: the highest. */
export const initialFeatures: ReadonlyMap<string, number> = new Map(Array.from(supportedFeatures, ([name, { max }]) => [name, max]))

export function featuresOf(image: ClusterImage): ClusterFeatures {
  return { supported: supportedFeatures, finalized: image.finalizedFeatures, epoch: image.features.revision }
}
