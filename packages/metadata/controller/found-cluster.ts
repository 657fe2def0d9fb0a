import { encodeFeatures, encodeIdentity } from '../image/cluster-image.ts'
import { keys } from '../image/keys.ts'
import type { Decision, DecisionContext } from './decision.ts'

/** Version of the keys and values in the store. A program refuses to work on a later one. */
export const metadataFormat = 1

/** Gives a new cluster its id and its feature levels. A cluster that has been founded stays as it is. */
export function foundCluster(
  { image }: Pick<DecisionContext, 'image'>,
  clusterId: string,
  features: ReadonlyMap<string, number>,
): Decision<undefined> {
  if (image.identity !== undefined) return { changes: [], answer: undefined }
  return {
    changes: [
      { key: keys.cluster, value: encodeIdentity({ clusterId, format: metadataFormat }), expected: 0 },
      { key: keys.features, value: encodeFeatures(features), expected: 0 },
    ],
    answer: undefined,
  }
}
