import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'

/** The file that says to which topic, by its id, a partition directory belongs: names are given again, ids never (KIP-516). */
export const partitionMetadataName = 'partition.metadata'

/** A `partition.metadata` that cannot be read. It cannot be rebuilt either: nothing else in the directory knows the id. */
export class MalformedPartitionMetadata extends Error {
  constructor(path: string) {
    super(`${path} does not say which topic it belongs to`)
    this.name = 'MalformedPartitionMetadata'
  }
}

/** The whole file. Kafka writes no newline at its end, so neither do we. */
export function formatPartitionMetadata(topicId: string): string {
  return `version: 0\ntopic_id: ${topicId}`
}

/** The topic id of a partition directory, undefined without the file. Throws `MalformedPartitionMetadata`. */
export function readPartitionMetadata(disk: Disk, directory: string): string | undefined {
  const path = `${directory}/${partitionMetadataName}`
  let text: string
  try {
    text = disk.readFile(path).toString('utf8')
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined
    throw error
  }
  const found = /^version:\s+\d+\ntopic_id:\s+([A-Za-z0-9_-]{22})\n?$/.exec(text)
  if (found?.[1] === undefined) throw new MalformedPartitionMetadata(path)
  return found[1]
}
