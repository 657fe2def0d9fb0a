/**
 * What is written into `__consumer_offsets`. A null value is a tombstone: the offset, or the group, is gone.
 *
 * The bytes are Kafka's; see `record-format.ts`.
 */
export type GroupRecord = OffsetCommitRecord | GroupMetadataRecord

export interface OffsetCommitRecord {
  readonly kind: 'offset-commit'
  readonly groupId: string
  readonly topic: string
  readonly partition: number
  readonly value: CommittedOffset | null
}

/** How far a group has come in a partition. */
export interface CommittedOffset {
  /** A bigint only where a number can't hold it. */
  readonly offset: number | bigint
  /** −1 when the consumer did not say. */
  readonly leaderEpoch: number
  readonly metadata: string
  /** Milliseconds since 1970. */
  readonly committedAtMs: number
  /** Set where the commit asked for a retention of its own (OffsetCommit 2 to 4), else −1. */
  readonly expiresAtMs: number
  /** The topic it was committed for, or the zero uuid when the client gave no id. */
  readonly topicId: string
}

export interface GroupMetadataRecord {
  readonly kind: 'group-metadata'
  readonly groupId: string
  readonly value: GroupMetadata | null
}

/** What of a classic group survives its coordinator: a generation with its assignment, or the fact that it is empty. */
export interface GroupMetadata {
  /** Empty for a simple group. */
  readonly protocolType: string
  readonly generation: number
  readonly protocol: string | null
  readonly leader: string | null
  /** Since when the group is in its state; −1 in records of Kafka before 2.1. */
  readonly currentStateTimestamp: number
  readonly members: readonly MemberMetadata[]
}

export interface MemberMetadata {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeout: number
  readonly sessionTimeout: number
  /** What it said about itself in the chosen protocol. */
  readonly subscription: Buffer
  readonly assignment: Uint8Array
}
