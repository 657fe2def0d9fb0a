import { keys } from '../image/keys.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/** How many producer ids a broker gets at once (KIP-730). */
export const producerIdBlockSize = 1000

/** Producer ids that belong to one broker: from `first` on, `count` of them. */
export interface ProducerIdBlock {
  readonly first: number
  readonly count: number
}

/** Hands out the next block. Ids of a block that its broker did not use up are never used. */
export function allocateProducerIds({ image }: Pick<DecisionContext, 'image'>): Decision<ProducerIdBlock | Outcome> {
  const { value: first, revision } = image.nextProducerId
  const next = first + producerIdBlockSize
  if (!Number.isSafeInteger(next)) return { changes: [], answer: refused('UNKNOWN_SERVER_ERROR', 'All producer ids are used up.') }
  return {
    changes: [{ key: keys.nextProducerId, value: next, expected: revision }],
    answer: { first, count: producerIdBlockSize },
  }
}
