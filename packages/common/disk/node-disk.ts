import * as fs from 'node:fs'
import { DiskError } from './disk.ts'
import type { DirectoryEntry, Disk, FileStatus, OpenFile } from './disk.ts'
import { NodeFile } from './node-file.ts'

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR } = fs.constants
const flags = { read: O_RDONLY, write: O_RDWR, create: O_RDWR | O_CREAT, exclusive: O_RDWR | O_CREAT | O_EXCL }

/** The file system of the machine. */
class NodeDisk implements Disk {
  open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): OpenFile {
    return new NodeFile(
      path,
      doing('open', path, () => fs.openSync(path, flags[mode])),
    )
  }

  list(directory: string): readonly DirectoryEntry[] {
    return doing('list', directory, () =>
      fs
        .readdirSync(directory, { withFileTypes: true })
        .map((entry) => ({
          name: entry.name,
          isDirectory: entry.isSymbolicLink() ? isDirectory(`${directory}/${entry.name}`) : entry.isDirectory(),
        }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    )
  }

  stat(path: string): FileStatus | undefined {
    return doing('look at', path, () => {
      const status = fs.statSync(path, { throwIfNoEntry: false })
      return status && { size: status.size, modifiedMs: Math.floor(status.mtimeMs), isDirectory: status.isDirectory() }
    })
  }

  readFile(path: string): Buffer {
    return doing('read', path, () => fs.readFileSync(path))
  }

  makeDirectory(path: string): void {
    doing('create the directory', path, () => fs.mkdirSync(path, { recursive: true }))
  }

  rename(from: string, to: string): void {
    doing(`rename to ${to}`, from, () => fs.renameSync(from, to))
  }

  unlink(path: string): void {
    doing('delete', path, () => fs.unlinkSync(path))
  }

  removeTree(path: string): void {
    doing('delete', path, () => fs.rmSync(path, { recursive: true, force: true }))
  }

  syncDirectory(path: string): void {
    // Windows has no fsync of a directory; NTFS journals names by itself.
    if (process.platform === 'win32') return
    doing('sync the directory', path, () => {
      const descriptor = fs.openSync(path, O_RDONLY)
      try {
        fs.fsyncSync(descriptor)
      } finally {
        fs.closeSync(descriptor)
      }
    })
  }

  touch(path: string, modifiedMs: number): void {
    doing('set the time of', path, () => fs.utimesSync(path, modifiedMs / 1000, modifiedMs / 1000))
  }

  space(path: string): { readonly freeBytes: number; readonly totalBytes: number } {
    return doing('measure the space of', path, () => {
      const { bavail, blocks, bsize } = fs.statfsSync(path)
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
    })
  }
}

/** A dangling link is no directory, and no failure either. */
function isDirectory(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function doing<T>(what: string, path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    throw DiskError.from(cause, path, what)
  }
}

/** The real disk. Knows no state: two users of it see the same files. */
export const nodeDisk: Disk = new NodeDisk()
