import { randomUuid } from '@odradek/common/bytes'
import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import type { Logger } from '@odradek/common/logging'
import type { Random } from '@odradek/common/random'
import type { Clock, Timer } from '@odradek/common/time'
import { directoryOf } from './atomic-file.ts'
import { Checkpoints } from './checkpoints.ts'
import { takeCleanShutdownMark } from './clean-shutdown.ts'
import { DirectoryLock } from './directory-lock.ts'
import { parsePartitionDirectoryName } from './file-names.ts'
import { metaPropertiesName, readMetaProperties, writeMetaProperties } from './meta-properties.ts'
import type { ProcessIdentity } from '@odradek/common/process'

export interface EnterOptions {
  readonly path: string
  readonly disk: Disk
  readonly clock: Clock
  readonly timer: Timer
  readonly random: Random
  readonly logger: Logger
  readonly process: ProcessIdentity
  readonly expected: { readonly clusterId: string; readonly nodeId: number }
  readonly onLockLost: () => void
}

/** What is known of a log directory before any log in it is opened. */
export interface EnteredDirectory {
  readonly lock: DirectoryLock
  readonly directoryId: string
  readonly wasClean: boolean
  readonly checkpoints: Checkpoints
  /** Names of the partitions' directories. */
  readonly partitions: Set<string>
  /** Names of directories that were to be deleted. */
  readonly deleted: readonly string[]
  /** Names of directories that were put aside. */
  readonly strays: readonly string[]
}

/**
 * Takes possession of a log directory: nobody else may use it, it must belong to this broker, and the mark of a clean
 * shutdown is taken away before anything is written. Reads names and checkpoints, and opens no log, so that ten thousand
 * partitions take no longer than ten. Throws `UserError` where the user has to do something.
 */
export async function enterDirectory(options: EnterOptions): Promise<EnteredDirectory> {
  const { disk, path } = options
  try {
    const isNew = makeDirectory(disk, path)
    const lock = await DirectoryLock.take({
      ...options,
      onLost: options.onLockLost,
      onWatch: (durationMs) =>
        options.logger.warn(
          'The data directory has a lock from before a reboot, or from another container; watching whether its holder lives',
          {
            path,
            durationMs,
          },
        ),
    })
    try {
      return enter(options, lock, isNew)
    } catch (error) {
      lock.release()
      throw error
    }
  } catch (error) {
    throw asUserError(error, path)
  }
}

/** Makes the directory and those above it, each with a name that survives a power cut. Returns whether it was missing. */
function makeDirectory(disk: Disk, path: string): boolean {
  const made: string[] = []
  for (let missing = path; disk.stat(missing) === undefined && directoryOf(missing) !== missing; missing = directoryOf(missing))
    made.push(missing)
  disk.makeDirectory(path)
  for (const directory of made) disk.syncDirectory(directoryOf(directory))
  return made.length > 0
}

function enter(options: EnterOptions, lock: DirectoryLock, isNew: boolean): EnteredDirectory {
  const { disk, path, logger } = options
  const names = disk.list(path).flatMap((entry) => (entry.isDirectory ? [entry.name] : []))
  const found = names.flatMap((name) => ({ name, kind: parsePartitionDirectoryName(name)?.kind }))
  const partitions = new Set(found.flatMap(({ name, kind }) => (kind === 'partition' ? [name] : [])))
  const directoryId = identify(options, partitions.size > 0)
  if (isNew) logger.info('Made a data directory', { path, directoryId })
  return {
    lock,
    directoryId,
    wasClean: takeCleanShutdownMark(disk, path),
    checkpoints: new Checkpoints(disk, path, logger),
    partitions,
    deleted: found.flatMap(({ name, kind }) => (kind === 'deleted' ? [name] : [])),
    strays: found.flatMap(({ name, kind }) => (kind === 'stray' ? [name] : [])),
  }
}

/** Whose directory it is: this broker's, or nobody's yet. Returns its id. */
function identify({ disk, path, clock, random, expected }: EnterOptions, hasPartitions: boolean): string {
  const found = readMetaProperties(disk, path)
  if (found === undefined && hasPartitions)
    throw new UserError(
      `${path} holds partitions, but no ${metaPropertiesName}, so it is not known to which cluster they belong. Put that file back from a copy, or give this broker an empty directory (log.dirs).`,
    )
  if (found?.clusterId !== undefined && found.clusterId !== expected.clusterId)
    throw new UserError(
      `${path} belongs to cluster ${found.clusterId}, and this broker to ${expected.clusterId}. Give it a directory of its own (log.dirs), or let it join that cluster.`,
    )
  if (found?.nodeId !== undefined && found.nodeId !== expected.nodeId)
    throw new UserError(
      `${path} belongs to node ${found.nodeId}, and this is node ${expected.nodeId}. Give it a directory of its own (log.dirs), or start it as node.id=${found.nodeId}.`,
    )
  if (found?.directoryId !== undefined && found.clusterId !== undefined && found.nodeId !== undefined) return found.directoryId
  const directoryId = found?.directoryId ?? randomUuid(random)
  writeMetaProperties(disk, path, { ...expected, directoryId }, clock.now())
  return directoryId
}

function asUserError(error: unknown, path: string): unknown {
  if (!(error instanceof DiskError)) return error
  if (['EACCES', 'EPERM', 'EROFS'].includes(error.code))
    return new UserError(
      `The data directory ${path} cannot be written to (${error.code}). Make it writable for the user of this process, or choose another one (log.dirs, or --data-dir).`,
      { cause: error },
    )
  if (['ENOTDIR', 'EEXIST'].includes(error.code))
    return new UserError(`${path} is no directory. Choose another one for the data (log.dirs, or --data-dir).`, { cause: error })
  if (error.code === 'ENOSPC')
    return new UserError(
      `There is no room on the disk of the data directory ${path}. Make some, or choose another one (log.dirs, or --data-dir).`,
      { cause: error },
    )
  return error
}
