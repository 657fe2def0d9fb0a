import type { ClusterImage } from '../image/cluster-image.ts'
import { refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/**
 * What is wrong with the replicas that a client chose for a partition, in Kafka's words.
 * `replicationFactor` is the one of the partitions before, if there are any.
 */
export function checkAssignment(
  image: ClusterImage,
  partition: number,
  replicas: readonly number[],
  replicationFactor: number | undefined,
): Outcome | undefined {
  const message = problem(image, partition, replicas, replicationFactor)
  return message === undefined ? undefined : refused('INVALID_REPLICA_ASSIGNMENT', message)
}

/** Of chosen replicas those that are in sync at first: the ones that live. */
export function activeOf(image: ClusterImage, replicas: readonly number[]): readonly number[] {
  return replicas.filter((id) => image.brokers.isActive(id))
}

function problem(
  image: ClusterImage,
  partition: number,
  replicas: readonly number[],
  replicationFactor: number | undefined,
): string | undefined {
  if (replicas.length === 0) return 'The manual partition assignment includes an empty replica list.'
  const sorted = replicas.toSorted((a, b) => a - b)
  for (const [index, id] of sorted.entries()) {
    if (image.brokers.get(id) === undefined)
      return `The manual partition assignment includes broker ${id}, but no such broker is registered.`
    if (index > 0 && sorted[index - 1] === id) return `The manual partition assignment includes the broker ${id} more than once.`
  }
  if (replicationFactor !== undefined && replicas.length !== replicationFactor) {
    return (
      `The manual partition assignment includes a partition with ${replicas.length} replica(s), but this is not consistent ` +
      `with previous partitions, which have ${replicationFactor} replica(s).`
    )
  }
  if (activeOf(image, replicas).length === 0) {
    return `All brokers specified in the manual partition assignment for partition ${partition} are fenced or in controlled shutdown.`
  }
  return undefined
}
