import { ApiVersions, UpdateFeatures } from '@odradek/protocol/messages'
import { clientSoftware } from '../cluster/software.ts'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList, checkName, refuse } from './check.ts'
import { names } from './keys.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { controller, namedBroker } from './targets/brokers.ts'

/** Levels of a feature, both ends included. */
export interface FeatureRange {
  readonly min: number
  readonly max: number
}

export interface FeatureMetadata {
  /** What the cluster has agreed on: `metadata.version`, `group.version`, `transaction.version` … */
  readonly finalizedFeatures: ReadonlyMap<string, FeatureRange>
  /** Grows with each change; undefined when the broker knows none. */
  readonly finalizedFeaturesEpoch: number | undefined
  /** What the broker that answered could do. */
  readonly supportedFeatures: ReadonlyMap<string, FeatureRange>
}

/** To which level a feature shall go; 0 switches it off. A downgrade may lose data only when it is UNSAFE_DOWNGRADE. */
export interface FeatureUpdate {
  readonly feature: string
  readonly maxVersionLevel: number
  readonly upgradeType?: 'UPGRADE' | 'SAFE_DOWNGRADE' | 'UNSAFE_DOWNGRADE' | undefined
}

export interface FeaturesAdmin {
  /**
   * Features that the cluster has agreed on, and those that a broker could do (KIP-584): `brokerId`, or any.
   *
   * ```ts
   * const { finalizedFeatures } = await admin.describeFeatures()
   * finalizedFeatures.get('group.version')?.max
   * ```
   */
  describeFeatures(options?: Waiting & { readonly brokerId?: number | undefined }): Promise<FeatureMetadata>

  /**
   * Raises or lowers features. Rejects with INVALID_UPDATE_VERSION, FEATURE_UPDATE_FAILED.
   *
   * ```ts
   * await admin.updateFeatures([{ feature: 'transaction.version', maxVersionLevel: 2 }], { validateOnly: true })
   * ```
   */
  updateFeatures(
    updates: readonly FeatureUpdate[],
    options?: Waiting & { readonly validateOnly?: boolean | undefined },
  ): PerItem<string, void>
}

export function featuresAdmin(runner: Runner): FeaturesAdmin {
  return {
    async describeFeatures({ brokerId, ...waiting } = {}) {
      if (brokerId !== undefined) checkInteger('describeFeatures', 'brokerId', brokerId, 0)
      return runner.one(describeFeatures(brokerId), waiting)
    },

    updateFeatures(updates, { validateOnly = false, ...waiting } = {}) {
      checkList('updateFeatures', 'updates', updates)
      if (updates.length === 0) refuse('updateFeatures', 'updates is empty', 'Name a feature and its level.')
      for (const { feature, maxVersionLevel, upgradeType = 'UPGRADE' } of updates) {
        checkName('updateFeatures', 'feature', feature)
        checkInteger('updateFeatures', `maxVersionLevel of ${feature}`, maxVersionLevel, 0)
        if (!Object.hasOwn(upgradeTypes, upgradeType))
          refuse('updateFeatures', `upgradeType of ${feature} is ${upgradeType}`, 'Give UPGRADE, SAFE_DOWNGRADE or UNSAFE_DOWNGRADE.')
      }
      const byName = new Map(updates.map((update) => [update.feature, update]))
      return runner.items(updateFeatures(byName, validateOnly), names, [...byName.keys()], waiting)
    },
  }
}

function describeFeatures(brokerId: number | undefined): Operation<undefined, FeatureMetadata> {
  return {
    name: 'describeFeatures',
    target: namedBroker(() => brokerId),
    byControllers: true,
    ask: question({
      api: ApiVersions,
      request: () => ({ clientSoftwareName: clientSoftware.name, clientSoftwareVersion: clientSoftware.version }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const { finalizedFeatures, finalizedFeaturesEpoch, supportedFeatures } = answer
          const value = {
            finalizedFeatures: new Map(
              finalizedFeatures.map(({ name, minVersionLevel, maxVersionLevel }) => [name, { min: minVersionLevel, max: maxVersionLevel }]),
            ),
            finalizedFeaturesEpoch: finalizedFeaturesEpoch < 0 ? undefined : finalizedFeaturesEpoch,
            supportedFeatures: new Map(
              supportedFeatures.map(({ name, minVersion, maxVersion }) => [name, { min: minVersion, max: maxVersion }]),
            ),
          }
          return [[undefined, { value }]]
        }),
    }),
  }
}

const upgradeTypes = { UPGRADE: 1, SAFE_DOWNGRADE: 2, UNSAFE_DOWNGRADE: 3 } as const

function updateFeatures(updates: ReadonlyMap<string, FeatureUpdate>, validateOnly: boolean): Operation<string, void> {
  return {
    name: 'updateFeatures',
    target: controller(),
    byControllers: true,
    ask: question({
      api: UpdateFeatures,
      minVersion: validateOnly ? 1 : 0,
      request: (keys, { version, timeoutMs }) => ({
        timeoutMs,
        validateOnly,
        featureUpdates: keys
          .flatMap((name) => updates.get(name) ?? [])
          .map(({ feature, maxVersionLevel, upgradeType = 'UPGRADE' }) => ({
            feature,
            maxVersionLevel,
            ...(version === 0 ? { allowDowngrade: upgradeType !== 'UPGRADE' } : { upgradeType: upgradeTypes[upgradeType] }),
          })),
      }),
      // From version 2 on all is well when nothing is said.
      read: (answer, keys) =>
        unlessFailed(answer, keys, () =>
          answer.results.length === 0
            ? keys.map((key) => [key, { value: undefined }] as const)
            : answer.results.map((result) => [result.feature, verdict(result, () => undefined)] as const),
        ),
    }),
  }
}
