import { randomUuid } from '@odradek/common/bytes'
import { makeDurableDirectory } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import type { Random } from '@odradek/common/random'
import type { Clock } from '@odradek/common/time'
import { readMetaProperties, writeMetaProperties } from '@odradek/log'
import { foundStore } from '@odradek/metadata'
import { FileStore } from '@odradek/metadata/stores'

export interface StorageToFormat {
  readonly disk: Disk
  readonly clock: Pick<Clock, 'now'>
  readonly random: Random
  readonly clusterId: string
  readonly nodeId: number
  /** Those that belong to nobody yet. */
  readonly directories: readonly string[]
  /** Where metadata is to be, and at which levels of features the cluster begins. Undefined where there is some already. */
  readonly metadata: { readonly directory: string; readonly features: ReadonlyMap<string, number> } | undefined
  /** Told before each directory is written to. */
  readonly onDirectory?: (path: string) => void
}

/**
 * Makes directories those of a broker that comes later. No broker needs it, since one that finds empty directories takes them; but whoever wants to say
 * which cluster it is to be, and at which level, can do so before the first start.
 *
 * Throws `UserError` for a directory that somebody has already, before anything is written.
 */
export async function formatStorage(storage: StorageToFormat): Promise<void> {
  const { disk, clock, random, clusterId, nodeId, directories, metadata, onDirectory } = storage
  for (const path of directories) refuseTaken(disk, path)
  for (const path of directories) {
    onDirectory?.(path)
    makeDurableDirectory(disk, path)
    writeMetaProperties(disk, path, { clusterId, nodeId, directoryId: randomUuid(random) }, clock.now())
  }
  if (metadata === undefined) return
  await using store = await FileStore.open({ disk, directory: metadata.directory })
  await foundStore(store, { clusterId, features: metadata.features })
}

function refuseTaken(disk: Disk, path: string): void {
  if (disk.stat(path) === undefined) return
  const partition = disk.list(path).find(({ name, isDirectory }) => isDirectory && /^[\w.-]+-\d+$/.test(name))
  if (partition === undefined && readMetaProperties(disk, path) === undefined) return
  throw new UserError(
    partition === undefined
      ? `${path} belongs to a broker already; nothing was touched.`
      : `${path} holds partitions (${partition.name}, …), and nothing says to which cluster they belong; nothing was touched. ` +
          'Put its meta.properties back from a copy, or give this broker an empty directory (log.dirs).',
  )
}
