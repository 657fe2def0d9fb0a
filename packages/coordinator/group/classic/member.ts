import type { Buffer } from 'node:buffer'
import type { Waiter } from '../../runtime/outcome.ts'
import type { JoinAnswer, SyncAnswer } from '../messages.ts'

/** One consumer of a classic group, as it introduced itself when it last joined. */
export interface Member {
  readonly memberId: string
  /** Set for a static member (KIP-345). */
  readonly instanceId: string | undefined
  readonly clientId: string
  readonly clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  /** What it can do, the preferred first. */
  protocols: readonly Protocol[]
  /** What the leader gave it, as the leader wrote it. Empty before the first generation. Changed by the group alone, which counts its bytes. */
  assignment: Uint8Array
  /** Has not had an answer yet, so that it does not know its own id and can't send heartbeats. */
  isNew: boolean
  /** Its join, while that waits for the others. Changed by the group alone, which counts them. */
  joining: Waiter<JoinAnswer> | undefined
  /** Its sync, while that waits for the leader's. */
  syncing: Waiter<SyncAnswer> | undefined
}

/** A way to share out partitions (`range`, `cooperative-sticky`, …) with what the member says about itself in it. */
export interface Protocol {
  readonly name: string
  readonly metadata: Buffer
}

/** What a member says about itself in a protocol that it supports. */
export function metadataOf(member: Member, protocol: string | undefined): Buffer | undefined {
  return member.protocols.find(({ name }) => name === protocol)?.metadata
}

/** Whether a member would introduce itself just as before. */
export function hasSameProtocols(member: Member, protocols: readonly Protocol[]): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every(({ name, metadata }, index) => {
      const other = protocols[index]
      return other !== undefined && name === other.name && metadata.equals(other.metadata)
    })
  )
}
