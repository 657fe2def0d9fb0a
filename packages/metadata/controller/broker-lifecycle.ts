import { encodeBroker } from '../image/broker-image.ts'
import type { BrokerImage, BrokerRegistration } from '../image/broker-image.ts'
import { keys } from '../image/keys.ts'
import { noLeader } from '../image/partition-state.ts'
import type { PartitionState } from '../image/partition-state.ts'
import type { TopicImage } from '../image/topic-image.ts'
import type { Change } from '../store.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { changePartition } from './elections.ts'
import type { ElectionTerms } from './elections.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { partitionChange, termsOf } from './partition-changes.ts'

/**
 * How a broker was stopped before it registers: in order (`clean`), not in order but with everything that it had made
 * durable still there (`unclean`), or such that something may be missing (`lossy`).
 */
export type LastShutdown = 'clean' | 'unclean' | 'lossy'

export interface RegisterBrokerCommand {
  readonly registration: BrokerRegistration
  readonly lastShutdown: LastShutdown
  /** Fenced brokers lead nothing until they are unfenced. A broker that has nobody to catch up with may begin without. */
  readonly fenced: boolean
}

/**
 * Lets a broker in. Its epoch is the revision at which its key is made, so it grows with every start.
 *
 * The key is ephemeral: while another process holds the id, that process's key is there and this one is refused.
 */
export function registerBroker(context: DecisionContext, { registration, lastShutdown, fenced }: RegisterBrokerCommand): Decision<Outcome> {
  const { image } = context
  const { id } = registration
  if (image.brokers.get(id)?.registered === true) {
    return { changes: [], answer: refused('DUPLICATE_BROKER_REGISTRATION', `Another broker is registered with id ${id}, and lives.`) }
  }
  for (const [feature, level] of image.finalizedFeatures) {
    const { min, max } = registration.features.get(feature) ?? { min: 0, max: 0 }
    if (level >= min && level <= max) continue
    const message = `Broker ${id} works with levels ${min} to ${max} of ${feature}, and the cluster is at level ${level}.`
    return { changes: [], answer: refused('UNSUPPORTED_VERSION', message) }
  }
  const value = encodeBroker({ ...registration, fenced, inControlledShutdown: false })
  const lossy: ReadonlySet<number> = new Set(lastShutdown === 'lossy' ? [id] : [])
  const arrival: Arrival = { id, leads: !fenced, newEpoch: lastShutdown !== 'clean', lossy }
  return {
    changes: [
      ...partitionsAfter(
        context,
        ({ replicas }) => replicas.includes(id),
        (before, terms) => arrived(before, terms, arrival),
      ),
      { key: keys.brokerMemory(id), value },
      { key: keys.broker(id), value, expected: 0, ephemeral: true },
    ],
    answer: done,
  }
}

/** Lets a broker lead that has recovered its logs and seen itself in the image. */
export function unfenceBroker(context: DecisionContext, id: number): Decision<Outcome> {
  const broker = context.image.brokers.get(id)
  if (broker?.registered !== true) return { changes: [], answer: refused('BROKER_ID_NOT_REGISTERED') }
  if (!broker.fenced) return { changes: [], answer: done }
  const arrival: Arrival = { id, leads: true, newEpoch: false, lossy: new Set() }
  const partitions = partitionsAfter(
    context,
    ({ replicas, leader }) => leader === noLeader && replicas.includes(id),
    (before, terms) => arrived(before, terms, arrival),
  )
  return { changes: [...partitions, brokerChange(broker, { fenced: false })], answer: done }
}

/** Takes a broker out that wants to stop: leaders move away, and it leaves every ISR that has another member. */
export function startControlledShutdown(context: DecisionContext, id: number): Decision<Outcome> {
  const broker = context.image.brokers.get(id)
  if (broker?.registered !== true) return { changes: [], answer: refused('BROKER_ID_NOT_REGISTERED') }
  return { changes: [...partitionsWithout(context, id), brokerChange(broker, { inControlledShutdown: true })], answer: done }
}

/** Takes a broker out whose session has ended: its key is gone already. */
export function brokerGone(context: DecisionContext, id: number): Decision<Outcome> {
  return { changes: partitionsWithout(context, id), answer: done }
}

interface Arrival {
  readonly id: number
  readonly leads: boolean
  /** Whether partitions that it still leads need a new leader epoch: offsets of the old one may have been lost. */
  readonly newEpoch: boolean
  readonly lossy: ReadonlySet<number>
}

function arrived(before: PartitionState, terms: Omit<ElectionTerms, 'kind'>, { id, leads, newEpoch, lossy }: Arrival): PartitionState {
  const mayLead = (candidate: number): boolean => (candidate === id ? leads : terms.isActive(candidate))
  if (lossy.size > 0) {
    // First it goes, as any broker that may have lost records would, and then it comes.
    const isr = before.isr.filter((member) => member !== id)
    const without = changePartition(before, {
      ...terms,
      kind: 'online',
      isr,
      lossy,
      isActive: (candidate) => candidate !== id && mayLead(candidate),
    })
    return changeOr(without ?? before, { ...terms, kind: 'online', isActive: mayLead })
  }
  if (before.leader === id && newEpoch) {
    return { ...before, leaderEpoch: before.leaderEpoch + 1, partitionEpoch: before.partitionEpoch + 1 }
  }
  return before.leader === noLeader ? changeOr(before, { ...terms, kind: 'online', isActive: mayLead }) : before
}

function changeOr(before: PartitionState, terms: ElectionTerms): PartitionState {
  return changePartition(before, terms) ?? before
}

function partitionsWithout(context: DecisionContext, id: number): readonly Change[] {
  return partitionsAfter(
    context,
    ({ isr, leader }) => leader === id || isr.includes(id),
    (before, terms, topic) => {
      const kind = context.rules.uncleanLeaderElection(context.image, topic.name) ? 'unclean' : 'online'
      const isr = before.isr.filter((member) => member !== id)
      return changeOr(before, { ...terms, kind, isr, isActive: (candidate) => candidate !== id && terms.isActive(candidate) })
    },
  )
}

function partitionsAfter(
  context: DecisionContext,
  concerned: (partition: PartitionState) => boolean,
  change: (before: PartitionState, terms: Omit<ElectionTerms, 'kind'>, topic: TopicImage) => PartitionState,
): readonly Change[] {
  const changes: Change[] = []
  for (const topic of context.image.topics.values()) {
    const partitions = topic.partitions.filter(concerned)
    if (partitions.length === 0) continue
    const terms = termsOf(context, topic)
    for (const before of partitions) {
      const after = change(before, terms, topic)
      if (after !== before) changes.push(partitionChange(topic.id, before, after))
    }
  }
  return changes
}

function brokerChange(broker: BrokerImage, change: Partial<Pick<BrokerImage, 'fenced' | 'inControlledShutdown'>>): Change {
  return { key: keys.broker(broker.id), value: encodeBroker({ ...broker, ...change }), expected: broker.revision, ephemeral: true }
}
