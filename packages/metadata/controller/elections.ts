import { noLeader } from '../image/partition-state.ts'
import type { PartitionState } from '../image/partition-state.ts'

/**
 * Who may be preferred: whoever leads already (`online`), the first replica (`preferred`), or, so that there is a leader at
 * all, a replica that lost records (`unclean`).
 */
export type ElectionKind = 'online' | 'preferred' | 'unclean'

/** What an election goes by. */
export interface ElectionTerms {
  readonly kind: ElectionKind
  /** Whether a broker lives, is unfenced and is not on its way out. */
  readonly isActive: (brokerId: number) => boolean
  /** The in-sync replicas as they shall be; by default as they are. */
  readonly isr?: readonly number[]
  /** `min.insync.replicas`, at most the number of replicas. */
  readonly minIsr: number
  /** Whether eligible leader replicas are kept (KIP-966). */
  readonly elrEnabled: boolean
  /** Replicas that may have lost what they had, because their broker was not stopped in order. */
  readonly lossy?: ReadonlySet<number>
}

/**
 * A partition after its in-sync replicas changed or brokers came and went: the new state, or undefined when all stays.
 *
 * A leader that lives and is in sync stays. Else the first living replica of the ISR leads, in replica order, or of the ELR
 * if the ISR is empty; else the last known leader, if it is the only one recorded; else, in an unclean election, the first
 * living replica; else nobody. The leader epoch grows when the leader changes, the partition epoch whenever anything does.
 */
export function changePartition(before: PartitionState, terms: ElectionTerms): PartitionState | undefined {
  const candidate = withEligible(before, terms)
  const elected = elect(before, candidate, terms)
  const after = settled(before, candidate, elected, terms)
  return sameState(before, after) ? undefined : { ...after, partitionEpoch: before.partitionEpoch + 1 }
}

interface Candidates {
  readonly isr: readonly number[]
  readonly elr: readonly number[]
}

interface Elected {
  readonly leader: number
  /** Whether it may lack records that were acknowledged. */
  readonly unclean: boolean
}

/** Who leaves an ISR that falls below its minimum stays eligible, unless it may have lost something. */
function withEligible(before: PartitionState, { isr = before.isr, minIsr, elrEnabled, lossy }: ElectionTerms): Candidates {
  if (!elrEnabled || isr.length >= minIsr) return { isr, elr: [] }
  const candidates = new Set([...before.elr, ...before.isr])
  return { isr, elr: Array.from(candidates).filter((id) => !isr.includes(id) && lossy?.has(id) !== true) }
}

function elect(before: PartitionState, { isr, elr }: Candidates, terms: ElectionTerms): Elected {
  const { kind, isActive, elrEnabled } = terms
  const mayLead = (id: number): boolean => (isr.includes(id) || (isr.length === 0 && elr.includes(id))) && isActive(id)
  const preferred = before.replicas[0] ?? noLeader
  if (kind === 'preferred' && mayLead(preferred)) return { leader: preferred, unclean: false }
  if (mayLead(before.leader)) return { leader: before.leader, unclean: false }
  const first = before.replicas.find(mayLead)
  if (first !== undefined) return { leader: first, unclean: false }
  const [lastKnown] = before.lastKnownElr
  const isOnlyHope = elrEnabled && isr.length === 0 && elr.length === 0 && before.lastKnownElr.length === 1
  if (isOnlyHope && lastKnown !== undefined && isActive(lastKnown)) return { leader: lastKnown, unclean: true }
  const living = kind === 'unclean' ? before.replicas.find(isActive) : undefined
  return living === undefined ? { leader: noLeader, unclean: false } : { leader: living, unclean: true }
}

function settled(before: PartitionState, { isr, elr }: Candidates, { leader, unclean }: Elected, terms: ElectionTerms): PartitionState {
  const changed = leader !== before.leader
  const base = {
    ...before,
    leader,
    leaderEpoch: before.leaderEpoch + (changed ? 1 : 0),
    lastKnownElr: lastKnownAfter(before, leader, terms),
  }
  if (changed && unclean) return { ...base, isr: [leader], elr: [], leaderRecovering: true }
  if (changed && elr.includes(leader)) return { ...base, isr: [leader], elr: elr.filter((id) => id !== leader) }
  // Without eligible replicas the last one in sync stays in the ISR: nobody else would know who had everything.
  return { ...base, isr: isr.length === 0 && !terms.elrEnabled ? before.isr : isr, elr }
}

/** Remembers who led when the leader was lost, and forgets it when there is one again. */
function lastKnownAfter(before: PartitionState, leader: number, { elrEnabled }: ElectionTerms): readonly number[] {
  if (!elrEnabled || leader === before.leader) return before.lastKnownElr
  if (leader !== noLeader) return []
  return before.lastKnownElr.length === 0 ? [before.leader] : before.lastKnownElr
}

function sameState(a: PartitionState, b: PartitionState): boolean {
  return (
    a.leader === b.leader &&
    a.leaderEpoch === b.leaderEpoch &&
    a.leaderRecovering === b.leaderRecovering &&
    sameIds(a.isr, b.isr) &&
    sameIds(a.elr, b.elr) &&
    sameIds(a.lastKnownElr, b.lastKnownElr)
  )
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index])
}
