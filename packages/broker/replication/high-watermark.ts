/** What the leader of a partition knows of its replicas. */
export interface ReplicaEnds {
  /** The high watermark so far: it never goes back while the leader stays. */
  readonly current: number
  /** All below is on the leader's disk. */
  readonly leaderEnd: number
  readonly followers: readonly FollowerEnd[]
  /** How many replicas are in sync, the leader included. */
  readonly inSync: number
  /** `min.insync.replicas`, but never more than there are replicas. */
  readonly minInSync: number
}

export interface FollowerEnd {
  /** All below is on the follower's disk: the offset it fetches next. */
  readonly endOffset: number
  /** In the ISR, or in an ISR that has been proposed and not yet refused: the *maximal* ISR (KIP-497). */
  readonly inMaximalIsr: boolean
  /** Close behind and allowed to join: it holds the high watermark back, or it could never catch up with a busy leader. */
  readonly mayJoin: boolean
}

/**
 * The offset below which every in-sync replica has the log.
 *
 * With a leader at 12 and followers at 10 and 9, it is 9. When the follower at 9 falls
 * out of the in-sync set it rises to 10: records become visible because a replica left,
 * without anyone having written.
 *
 * Below `min.insync.replicas` it stands still (KIP-966): what a consumer has read is on as many disks as the topic asks for.
 */
export function highWatermark(ends: ReplicaEnds): number {
  if (ends.inSync < ends.minInSync) return ends.current
  let least = ends.leaderEnd
  for (const follower of ends.followers) {
    if (follower.inMaximalIsr || follower.mayJoin) least = Math.min(least, follower.endOffset)
  }
  return Math.max(ends.current, least)
}
