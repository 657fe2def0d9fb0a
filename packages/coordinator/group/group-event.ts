/** What a group has happen to it later. */
export type GroupEvent =
  /** A member, or an id that was given out, has not been heard of for its session timeout. */
  | { readonly kind: 'session-expired'; readonly groupId: string; readonly memberId: string }
  /** The first rebalance has waited for more members. */
  | { readonly kind: 'first-join-due'; readonly groupId: string; readonly delayMs: number; readonly remainingMs: number }
  /** The rebalance timeout has passed: on without those who did not join. */
  | { readonly kind: 'join-due'; readonly groupId: string }
  /** The rebalance timeout has passed since the generation began: on without those who did not ask for their assignment. */
  | { readonly kind: 'sync-due'; readonly groupId: string; readonly generation: number }
  /** Time to look for offsets that nobody needs any more: in these groups still, or in all. */
  | { readonly kind: 'expire-offsets'; readonly groupIds?: readonly string[] }

/** The timers of a group by name. The length keeps group `a/b` with member `c` apart from group `a` with member `b/c`. */
export const timerKey = {
  session: (groupId: string, memberId: string): string => `session/${groupId.length}/${groupId}/${memberId}`,
  join: (groupId: string): string => `join/${groupId}`,
  sync: (groupId: string): string => `sync/${groupId}`,
  expiry: 'expire-offsets',
} as const
