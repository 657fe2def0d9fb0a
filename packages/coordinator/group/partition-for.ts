import { javaHashCode } from '@odradek/common/bytes'

/**
 * The partition of `__consumer_offsets` (of which there are `count`) that a group lives in; its leader is the coordinator.
 * All brokers and tools count alike, so it is Java's hash. The one number without a positive twin counts as 0.
 */
export function partitionFor(groupId: string, count: number): number {
  const hash = javaHashCode(groupId)
  return (hash === -(2 ** 31) ? 0 : Math.abs(hash)) % count
}
