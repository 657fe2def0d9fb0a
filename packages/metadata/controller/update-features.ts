import { isFeatureName } from '@odradek/protocol'
import type { FeatureRange } from '../image/broker-image.ts'
import { encodeFeatures } from '../image/cluster-image.ts'
import { keys } from '../image/keys.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/** The way a level may move: up, down without losing metadata, down in any case. */
export type UpgradeType = 'upgrade' | 'safe-downgrade' | 'unsafe-downgrade'

export interface FeatureUpdate {
  readonly feature: string
  /** 0 switches the feature off. */
  readonly level: number
  /** Undefined: a type that this version does not know. */
  readonly upgradeType: UpgradeType | undefined
}

export interface UpdateFeaturesCommand {
  readonly updates: readonly FeatureUpdate[]
  readonly validateOnly: boolean
}

/** The features whose level is about the metadata itself, so it never goes down. */
const neverLower = new Set(['metadata.version', 'kraft.version'])

/** Decides on feature levels: all of them or none. */
export function updateFeatures(context: DecisionContext, { updates, validateOnly }: UpdateFeaturesCommand): Decision<Outcome> {
  const levels = new Map(context.image.finalizedFeatures)
  for (const update of updates) {
    const reason = reasonAgainst(context, update)
    if (reason !== undefined) return { changes: [], answer: invalidVersion(update, reason) }
    if (update.level === 0) levels.delete(update.feature)
    else levels.set(update.feature, update.level)
  }
  if (validateOnly) return { changes: [], answer: done }
  return { changes: [{ key: keys.features, value: encodeFeatures(levels), expected: context.image.features.revision }], answer: done }
}

function reasonAgainst(context: DecisionContext, { feature, level, upgradeType }: FeatureUpdate): string | undefined {
  if (upgradeType === undefined) return 'The controller does not support the given upgrade type.'
  if (level < 0) return 'A feature version cannot be less than 0.'
  const unsupported = reasonUnsupported(context, feature, level)
  if (unsupported !== undefined) return unsupported
  const current = context.image.finalizedFeatures.get(feature) ?? 0
  if (level < current && upgradeType === 'upgrade') {
    return "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade."
  }
  if (level > current && upgradeType !== 'upgrade') return "Can't downgrade to a newer version."
  if (level < current && neverLower.has(feature)) return "Can't downgrade the version of this feature."
  return isFeatureName(feature) ? undefined : `Feature ${feature} not found.`
}

function reasonUnsupported({ image, settings }: DecisionContext, feature: string, level: number): string | undefined {
  const here = outOfRange(`Local controller ${settings.nodeId}`, settings.supportedFeatures.get(feature), level)
  if (here !== undefined) return here
  for (const broker of image.brokers.all()) {
    const there = outOfRange(`Broker ${broker.id}`, broker.features.get(feature), level)
    if (there !== undefined) return there
  }
  return undefined
}

function outOfRange(who: string, range: FeatureRange | undefined, level: number): string | undefined {
  const { min, max } = range ?? { min: 0, max: 0 }
  if (level >= min && level <= max) return undefined
  if (max === 0) return `${who} does not support this feature.`
  return `${who} only supports versions ${min === max ? min : `${min}-${max}`}`
}

function invalidVersion({ feature, level }: FeatureUpdate, reason: string): Outcome {
  return refused('INVALID_UPDATE_VERSION', `Invalid update version ${level} for feature ${feature}. ${reason}`)
}
