import { UserError } from '@odradek/common/errors'
import type { FoundPartition } from '@odradek/log'
import { ClusterImage, isDeletedTopic } from '@odradek/metadata'
import { journalName } from '@odradek/metadata/stores'
import type { FoundStore } from '@odradek/metadata/stores'

/** The directories of partitions, as far as this needs them. */
export interface PartitionsOnDisk {
  unknownTo(isKnown: (topic: string, partition: number) => boolean): readonly FoundPartition[]
}

/**
 * Refuses metadata that has lost its end, or is an older copy: a journal cut in half looks as if its last commit had been torn.
 *
 * A partition gets its directory after its topic was committed. So records of a topic that the metadata neither has nor
 * remembers deleting are proof that it once knew more. Directories without records, and those of which a crash came between
 * the commit of a deletion and the renaming, are put aside later. Throws `UserError`.
 */
export function refuseLostMetadata({ snapshot, removed }: FoundStore, partitions: PartitionsOnDisk): void {
  let image: ClusterImage | undefined
  const unknown = partitions.unknownTo((topic, partition) => {
    image ??= ClusterImage.from(snapshot)
    return partition < (image.topics.byName(topic)?.partitions.length ?? 0)
  })
  const lost = unknown.filter(({ topic, topicId, hasRecords }) => hasRecords && !isDeletedTopic(removed, { id: topicId, name: topic }))
  const [first] = lost
  if (first === undefined) return
  throw new UserError(
    `${first.path}${lost.length === 1 ? ' holds' : ` and ${lost.length - 1} more hold`} records of topics that the cluster metadata neither knows nor remembers deleting: ` +
      `${journalName} has lost its end, or is an older copy. Nothing was touched. Put the newest copy of that file back; ` +
      'or, to go on without these records, move those directories out of the data directory, and start again.',
  )
}
