/**
 * Features of a cluster: levels that all brokers agree on, so that they can change together what they write and answer
 * (KIP-584). `kafka-features.sh` shows and moves them; clients learn them with ApiVersions.
 */
const levels = {
  'metadata.version': [7, 30],
  'kraft.version': [0, 1],
  'transaction.version': [0, 2],
  'group.version': [0, 1],
  'eligible.leader.replicas.version': [0, 1],
  'share.version': [0, 1],
  'streams.version': [0, 1],
} as const satisfies Record<string, readonly [min: number, max: number]>

export type FeatureName = keyof typeof levels

/** The levels of a feature that Kafka 4.3 knows. */
export interface FeatureRange {
  readonly name: FeatureName
  readonly minVersion: number
  readonly maxVersion: number
}

/** Every feature of Kafka 4.3, with the levels it may have. */
export const features: readonly FeatureRange[] = Object.keys(levels)
  .filter(isFeatureName)
  .map((name) => ({ name, minVersion: levels[name][0], maxVersion: levels[name][1] }))

export function isFeatureName(name: string): name is FeatureName {
  return Object.hasOwn(levels, name)
}

export function featureRange(name: FeatureName): FeatureRange {
  const [minVersion, maxVersion] = levels[name]
  return { name, minVersion, maxVersion }
}

/**
 * The features to tell in an answer to ApiVersions: up to version 3 without those whose lowest level is 0, over which
 * older clients stumble (KAFKA-17011).
 */
export function featuresToAnnounce(apiVersion: number): readonly FeatureRange[] {
  return apiVersion >= 4 ? features : features.filter(({ minVersion }) => minVersion > 0)
}

/** Releases whose levels of `metadata.version` are counted up by their `-IV` numbers, from level 7 on. */
const releases: readonly (readonly [release: string, first: number, count: number])[] = [
  ['3.3', 3, 1],
  ['3.4', 0, 1],
  ['3.5', 0, 3],
  ['3.6', 0, 3],
  ['3.7', 0, 5],
  ['3.8', 0, 1],
  ['3.9', 0, 1],
  ['4.0', 0, 4],
  ['4.1', 0, 2],
  ['4.2', 0, 2],
  ['4.3', 0, 1],
]

/** What Kafka calls the levels of `metadata.version`: 7 is `3.3-IV3`, 30 is `4.3-IV0`. */
export const metadataVersionNames: ReadonlyMap<number, string> = new Map(
  releases
    .flatMap(([release, first, count]) => Array.from({ length: count }, (_, index) => `${release}-IV${first + index}`))
    .map((name, index) => [levels['metadata.version'][0] + index, name]),
)
