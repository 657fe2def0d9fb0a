import { featureRange, features, isFeatureName, metadataVersionNames } from '@odradek/protocol'
import type { FeatureName } from '@odradek/protocol'
import { Terse } from './terse.ts'

/** A level of `metadata.version`, and what Kafka calls it. */
export interface MetadataVersion {
  readonly level: number
  readonly name: string
}

const stable: readonly MetadataVersion[] = [...metadataVersionNames].map(([level, name]) => ({ level, name }))
/** Kafka 4.3 has the next one in its code already. It shows it, and takes it only where that is allowed. */
const unstable: readonly MetadataVersion[] = [{ level: 31, name: '4.4-IV0' }]

const latest: MetadataVersion = stable.at(-1) ?? { level: 0, name: '' }

/** The first, and the one that is meant where none is named. */
export const [oldestRelease, latestRelease] = [stable[0]?.name ?? '', latest.name]

/** From which `metadata.version` on a new cluster has a feature at which level, unless somebody says otherwise. */
const defaults: Partial<Record<FeatureName, { readonly from: string; readonly level: number }>> = {
  'kraft.version': { from: '3.9-IV0', level: 1 },
  'transaction.version': { from: '4.0-IV2', level: 2 },
  'group.version': { from: '4.0-IV0', level: 1 },
  'eligible.leader.replicas.version': { from: '4.1-IV0', level: 1 },
  'share.version': { from: '4.2-IV0', level: 1 },
  'streams.version': { from: '4.2-IV1', level: 1 },
}

/** The other features, in Kafka's order. */
export const otherFeatures: readonly FeatureName[] = features.map(({ name }) => name).filter((name) => name !== 'metadata.version')

/** `4.3-IV0`, `4.3.1`, or `4.3` for the last one of a release. Throws `Terse` with all that there are. */
export function metadataVersion(text: string, { allowsUnstable }: { readonly allowsUnstable: boolean }): MetadataVersion {
  const key = text.split('.').slice(0, 2).join('.')
  const known = allowsUnstable ? [...stable, ...unstable] : stable
  const found = known.find(({ name }) => name === key) ?? stable.findLast(({ name }) => name.split('-')[0] === key)
  if (found !== undefined) return found
  throw new Terse(`Unknown metadata.version '${text}'. Supported metadata.version are: ${known.map(({ name }) => name).join(', ')}`)
}

/** What Kafka calls a level of `metadata.version`; undefined for none. */
export function metadataVersionName(level: number): string | undefined {
  return [...stable, ...unstable].find((version) => version.level === level)?.name
}

/** The level that a feature has in a new cluster of this `metadata.version`. */
export function defaultLevel(feature: FeatureName, version: MetadataVersion): number {
  const { from, level } = defaults[feature] ?? { from: '', level: 0 }
  const first = stable.find(({ name }) => name === from)
  return first !== undefined && version.level >= first.level ? level : 0
}

/** What else must be at which level before this one is at its. Throws `Terse` when there is no such feature, or no such level. */
export function dependencies(feature: string, level: number): readonly { readonly feature: FeatureName; readonly level: number }[] {
  if (!isFeatureName(feature)) throw new Terse(`Unknown feature: ${feature}`)
  const { minVersion, maxVersion } = featureRange(feature)
  if (level < minVersion || level > maxVersion) throw new Terse(`No feature:${feature} with feature level ${level}`)
  return feature === 'eligible.leader.replicas.version' && level === 1 ? [{ feature: 'metadata.version', level: 23 }] : []
}

/** `group.version=1`, as name and level. Throws `Terse`. */
export function nameAndLevel(text: string): readonly [feature: string, level: number] {
  const equals = text.indexOf('=')
  if (equals === -1) throw new Terse(`Can't parse feature=level string ${text}: equals sign not found.`)
  const [name, level] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
  const value = /^[+-]?\d+$/.test(level) ? Number(level) : NaN
  if (value >= -32_768 && value <= 32_767) return [name, value]
  throw new Terse(`Can't parse feature=level string ${text}: unable to parse ${level} as a short.`)
}

/** The lines of `version-mapping`. */
export function mappingLines(release: string): readonly string[] {
  const version = metadataVersion(release, { allowsUnstable: true })
  return [
    `metadata.version=${version.level} (${release})`,
    ...otherFeatures.map((feature) => `${feature}=${defaultLevel(feature, version)}`),
  ]
}

/** The lines of `feature-dependencies` for one feature. */
export function dependencyLines(feature: string, level: number): readonly string[] {
  if (feature === 'metadata.version') {
    const name = metadataVersionName(level)
    if (name === undefined) throw new Terse(`Unknown metadata.version ${level}`)
    return [`${feature}=${level} (${name}) has no dependencies.`]
  }
  const needed = dependencies(feature, level)
  if (needed.length === 0) return [`${feature}=${level} has no dependencies.`]
  return [
    `${feature}=${level} requires:`,
    ...needed.map((each) => {
      const name = each.feature === 'metadata.version' ? ` (${metadataVersionName(each.level) ?? ''})` : ''
      return `    ${each.feature}=${each.level}${name}`
    }),
  ]
}
