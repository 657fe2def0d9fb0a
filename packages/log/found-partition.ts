import type { Disk } from '@odradek/common/disk'
import { suffix } from './file-names.ts'
import { MalformedPartitionMetadata, readPartitionMetadata } from './partition-metadata.ts'

/** A partition's directory, as it looks before its log is opened. */
export interface FoundPartition {
  readonly topic: string
  readonly partition: number
  readonly path: string
  /** Undefined when the directory does not say it, or not legibly. */
  readonly topicId: string | undefined
  readonly hasRecords: boolean
}

/** Looks into a partition's directory. Throws `DiskError`. */
export function lookAtPartition(disk: Disk, path: string, topic: string, partition: number): FoundPartition {
  const hasRecords = disk
    .list(path)
    .some(({ name, isDirectory }) => !isDirectory && name.endsWith(suffix.log) && (disk.stat(`${path}/${name}`)?.size ?? 0) > 0)
  return { topic, partition, path, topicId: topicIdIn(disk, path), hasRecords }
}

/** The topic id of a directory; undefined without one that can be read. */
export function topicIdIn(disk: Disk, path: string): string | undefined {
  try {
    return readPartitionMetadata(disk, path)
  } catch (error) {
    if (!(error instanceof MalformedPartitionMetadata)) throw error
    return undefined
  }
}
