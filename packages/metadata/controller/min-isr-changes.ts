import type { ConfigResource } from '../image/config-resource.ts'
import type { ConfigEntries } from '../image/configs-image.ts'
import type { Change } from '../store.ts'
import type { DecisionContext } from './decision.ts'
import { refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { elrEnabled, partitionChange } from './partition-changes.ts'

const minIsr = 'min.insync.replicas'

/** Eligible replicas are counted against one minimum, so it must not differ between brokers, nor be away (KIP-966). */
export function refusedMinIsr(
  context: DecisionContext,
  { type, name }: ConfigResource,
  entries: ConfigEntries,
  before: ConfigEntries,
): Outcome | undefined {
  if (type !== 'broker' || !elrEnabled(context) || entries.get(minIsr) === before.get(minIsr)) return undefined
  if (name !== '') return refused('INVALID_CONFIG', `Broker-level ${minIsr} cannot be altered while ELR is enabled.`)
  if (entries.has(minIsr)) return undefined
  return refused('INVALID_CONFIG', `Cluster-level ${minIsr} cannot be removed while ELR is enabled.`)
}

/** Who was eligible under another minimum no longer is. */
export function clearEligible(
  context: DecisionContext,
  resource: ConfigResource,
  entries: ConfigEntries,
  before: ConfigEntries,
): readonly Change[] {
  if (!elrEnabled(context) || entries.get(minIsr) === before.get(minIsr)) return []
  const { topics } = context.image
  const one = resource.type === 'topic' ? topics.byName(resource.name) : undefined
  if (resource.type !== 'topic' && resource.type !== 'broker') return []
  return Array.from(one === undefined ? topics.values() : [one]).flatMap((topic) =>
    topic.partitions
      .filter(({ elr, lastKnownElr }) => elr.length > 0 || lastKnownElr.length > 0)
      .map((state) => partitionChange(topic.id, state, { ...state, elr: [], lastKnownElr: [], partitionEpoch: state.partitionEpoch + 1 })),
  )
}
