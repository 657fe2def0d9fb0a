import type { FeatureName } from '@odradek/protocol'
import { defaultLevel, dependencies, metadataVersion, metadataVersionName, nameAndLevel, otherFeatures } from '../feature-levels.ts'
import type { MetadataVersion } from '../feature-levels.ts'
import { illegalArgument, JavaError } from '../java-error.ts'
import { Terse } from '../terse.ts'

export interface WantedFeatures {
  readonly release: string | undefined
  readonly features: readonly string[] | undefined
  /** Whether `controller.quorum.voters` is empty: only then is kraft.version above 0. */
  readonly hasDynamicQuorum: boolean
}

/** At which levels a new cluster is to begin; throws what is wrong with it, in Kafka's words and order. */
export interface ChosenFeatures {
  readonly version: MetadataVersion
  /** All of Kafka's, those at level 0 too. */
  readonly levels: ReadonlyMap<string, number>
}

export function chooseFeatures({ release, features = [], hasDynamicQuorum }: WantedFeatures): ChosenFeatures {
  const releaseVersion = release === undefined ? undefined : metadataVersion(release, { allowsUnstable: false })
  const wanted = new Map(features.map(pair))
  const version = effectiveVersion(releaseVersion, wanted.get('metadata.version'))
  for (const feature of wanted.keys()) {
    if (feature === 'metadata.version' || otherFeatures.some((name) => name === feature)) continue
    throw new Terse(`Unsupported feature: ${feature}. Supported features are: ${otherFeatures.toSorted().join(', ')}`)
  }
  const levelOf = (feature: FeatureName): number =>
    feature === 'kraft.version'
      ? kraftLevel(wanted.get(feature), hasDynamicQuorum)
      : (wanted.get(feature) ?? defaultLevel(feature, version))
  const levels = new Map<string, number>([
    ['metadata.version', version.level],
    ...otherFeatures.toSorted().map((feature) => [feature, levelOf(feature)] as const),
  ])
  for (const [feature, level] of levels) if (feature !== 'metadata.version') checkLevel(feature, level, levels)
  return { version, levels }
}

/** Kafka's tool shows what is wrong here with a stack trace. */
function pair(text: string): readonly [string, number] {
  try {
    return nameAndLevel(text)
  } catch (error) {
    throw error instanceof Terse ? new JavaError('java.lang.RuntimeException', error.message) : error
  }
}

function effectiveVersion(release: MetadataVersion | undefined, level: number | undefined): MetadataVersion {
  if (level === undefined) return release ?? metadataVersion('4.3', { allowsUnstable: false })
  if (release !== undefined) throw new Terse('Use --release-version instead of --feature metadata.version=X to avoid ambiguity.')
  const name = metadataVersionName(level)
  if (name === undefined) throw illegalArgument(`No MetadataVersion with feature level ${level}. Valid feature levels are from 7 to 31.`)
  try {
    return metadataVersion(name, { allowsUnstable: false })
  } catch {
    throw new Terse(`metadata.version ${name} is not yet stable.`)
  }
}

function kraftLevel(level: number | undefined, hasDynamicQuorum: boolean): number {
  if (level === undefined) return hasDynamicQuorum ? 1 : 0
  const flags = '--standalone, --initial-controllers, or --no-initial-controllers'
  if (level === 0 && hasDynamicQuorum) {
    throw new Terse(
      `Cannot set kraft.version to 0 if controller.quorum.voters is empty and one of the flags ${flags} is used. ` +
        'For dynamic controllers support, try removing the --feature flag for kraft.version.',
    )
  }
  if (level !== 0 && !hasDynamicQuorum) {
    throw new Terse(
      `Cannot set kraft.version to ${level} unless controller.quorum.voters is empty and one of the flags ${flags} is used. ` +
        `For dynamic controllers support, try using one of ${flags} and removing controller.quorum.voters.`,
    )
  }
  return level
}

function checkLevel(feature: string, level: number, levels: ReadonlyMap<string, number>): void {
  let needed: ReturnType<typeof dependencies>
  try {
    needed = dependencies(feature, level)
  } catch (error) {
    throw error instanceof Terse ? illegalArgument(error.message) : error
  }
  const unmet = needed.find((each) => (levels.get(each.feature) ?? 0) < each.level)
  if (unmet === undefined) return
  throw illegalArgument(`${feature} could not be set to ${level} because it depends on ${unmet.feature} level ${unmet.level}`)
}
