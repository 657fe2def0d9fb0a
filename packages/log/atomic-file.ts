import { Buffer } from 'node:buffer'
import { DiskError } from '@odradek/common/disk'
import type { Disk, OpenFile } from '@odradek/common/disk'

/**
 * Puts a whole small file in the place of another, so that after a crash there is the old one or the new one and never a
 * mixture: `.tmp`, fdatasync, rename, fsync of the directory. Throws `DiskError`; then the old file is still there.
 */
export function replaceFile(disk: Disk, path: string, content: string | Buffer): void {
  const file = writeTemporary(disk, path, content)
  try {
    file.syncSync()
  } finally {
    file.close()
  }
  putInPlace(disk, path)
}

/** The same with the fdatasync on a thread of the pool. The caller sees to it that one file has one writer at a time. */
export async function replaceFileLater(disk: Disk, path: string, content: string | Buffer): Promise<void> {
  const file = writeTemporary(disk, path, content)
  try {
    await file.sync()
  } finally {
    file.close()
  }
  putInPlace(disk, path)
}

/** Writes all of `source`; a disk that takes less than that is full, even if it says nothing. Throws `DiskError`. */
export function writeFully(file: OpenFile, source: Buffer, position = 0): void {
  const written = file.writeSync(source, 0, source.length, position)
  if (written < source.length) throw new DiskError('ENOSPC', file.path, { doing: 'write all of' })
}

export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash)
}

const temporary = (path: string): string => `${path}.tmp`

function writeTemporary(disk: Disk, path: string, content: string | Buffer): OpenFile {
  const file = disk.open(temporary(path), 'create')
  try {
    file.truncate(0)
    writeFully(file, typeof content === 'string' ? Buffer.from(content) : content)
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

function putInPlace(disk: Disk, path: string): void {
  disk.rename(temporary(path), path)
  disk.syncDirectory(directoryOf(path))
}
