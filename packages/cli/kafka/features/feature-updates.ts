import type { FeatureUpdate } from '@odradek/client'
import { defaultLevel, metadataVersion, nameAndLevel, otherFeatures } from '../feature-levels.ts'
import { Terse } from '../terse.ts'

/** What was asked for, in the options' words. */
export interface Wanted {
  readonly metadata: string | undefined
  readonly release: string | undefined
  readonly features: readonly string[] | undefined
}

type UpgradeType = NonNullable<FeatureUpdate['upgradeType']>

/** Which feature is to go to which level. Throws `Terse`. */
export function updatesFor({ metadata, release, features }: Wanted, upgradeType: UpgradeType): readonly FeatureUpdate[] {
  if (release !== undefined) {
    if (metadata !== undefined || features !== undefined) {
      throw new Terse('Can not specify `release-version` with other feature flags.')
    }
    return ofRelease(release, upgradeType)
  }
  const levels: (readonly [string, number])[] = metadata === undefined ? [] : [['metadata.version', stableLevel(metadata)]]
  return once([...levels, ...(features ?? []).map(nameAndLevel)]).map(([feature, maxVersionLevel]) => ({
    feature,
    maxVersionLevel,
    upgradeType,
  }))
}

/** All of these to zero. */
export function updatesToDisable(features: readonly string[], upgradeType: UpgradeType): readonly FeatureUpdate[] {
  return once(features.map((feature) => [feature, 0] as const)).map(([feature]) => ({ feature, maxVersionLevel: 0, upgradeType }))
}

/** Nobody raises a feature to zero. */
function ofRelease(release: string, upgradeType: UpgradeType): readonly FeatureUpdate[] {
  const version = metadataVersion(release, { allowsUnstable: true })
  const others = otherFeatures
    .map((feature) => ({ feature, maxVersionLevel: defaultLevel(feature, version), upgradeType }))
    .filter(({ maxVersionLevel }) => upgradeType !== 'UPGRADE' || maxVersionLevel > 0)
  return [{ feature: 'metadata.version', maxVersionLevel: version.level, upgradeType }, ...others]
}

function stableLevel(metadata: string): number {
  return metadataVersion(metadata, { allowsUnstable: true }).level
}

function once(levels: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] {
  const seen = new Set<string>()
  for (const [feature] of levels) {
    if (seen.has(feature)) throw new Terse(`Feature ${feature} was specified more than once.`)
    seen.add(feature)
  }
  return levels
}
