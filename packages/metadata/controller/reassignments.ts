import type { ClusterImage } from '../image/cluster-image.ts'
import type { PartitionState } from '../image/partition-state.ts'
import type { TopicImage } from '../image/topic-image.ts'

/** A topic with partitions on their way to other brokers. */
export interface ReassigningTopic {
  readonly name: string
  readonly partitions: readonly PartitionState[]
}

/** Which of these partitions are being reassigned; of all, when `topics` is null. */
export function listReassignments(
  image: ClusterImage,
  topics: readonly { readonly name: string; readonly partitions: readonly number[] }[] | null,
): readonly ReassigningTopic[] {
  const asked = topics === null ? image.topics.all().map((topic) => ({ topic, partitions: topic.partitions })) : selected(image, topics)
  return asked
    .map(({ topic, partitions }) => ({ name: topic.name, partitions: partitions.filter(isReassigning) }))
    .filter(({ partitions }) => partitions.length > 0)
}

function selected(
  image: ClusterImage,
  topics: readonly { readonly name: string; readonly partitions: readonly number[] }[],
): readonly { readonly topic: TopicImage; readonly partitions: readonly PartitionState[] }[] {
  return topics.flatMap(({ name, partitions }) => {
    const topic = image.topics.byName(name)
    return topic === undefined ? [] : [{ topic, partitions: partitions.flatMap((partition) => topic.partitions[partition] ?? []) }]
  })
}

function isReassigning({ addingReplicas, removingReplicas }: PartitionState): boolean {
  return addingReplicas.length > 0 || removingReplicas.length > 0
}
