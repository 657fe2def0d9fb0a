import type { FeatureUpdate, MetadataService, UpgradeType } from '@odradek/metadata'
import { errorCode } from '@odradek/protocol'
import { UpdateFeatures } from '@odradek/protocol/messages'
import type { RequestOf } from '@odradek/protocol/schema'
import { handler } from '../handler.ts'

/** Moves the levels of features, all or none (KIP-584). */
export const updateFeatures = (metadata: Pick<MetadataService, 'updateFeatures'>) =>
  handler(UpdateFeatures, async ({ featureUpdates, validateOnly }, { apiVersion }) => {
    const updates = featureUpdates.map((update) => updateOf(update, apiVersion))
    const { error, message } = await metadata.updateFeatures({ updates, validateOnly })
    if (error === 'NONE') {
      return { errorCode: 0, results: featureUpdates.map(({ feature }) => ({ feature, errorCode: 0, errorMessage: null })) }
    }
    const errorMessage = `The update failed for all features since the following feature had an error: ${message}`
    return { errorCode: errorCode(error), errorMessage, results: [] }
  })

const upgradeTypes: readonly (UpgradeType | undefined)[] = [undefined, 'upgrade', 'safe-downgrade', 'unsafe-downgrade']

/** Version 0 knows only whether a downgrade is allowed. */
function updateOf(
  { feature, maxVersionLevel, allowDowngrade, upgradeType }: RequestOf<typeof UpdateFeatures>['featureUpdates'][number],
  apiVersion: number,
): FeatureUpdate {
  const type = apiVersion > 0 ? upgradeTypes[upgradeType] : allowDowngrade ? 'safe-downgrade' : 'upgrade'
  return { feature, level: maxVersionLevel, upgradeType: type }
}
