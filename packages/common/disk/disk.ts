/**
 * A file system, as far as a log and a metadata store need one.
 *
 * Three kinds stand behind this door: the real one (`nodeDisk`), one in memory (`MemoryDisk`, for
 * `--ephemeral` and tests) and the one of the simulator, which knows what a power cut keeps and what it loses.
 * Paths are absolute or relative as given, joined with `/`. Failures are `DiskError`s with the system's code.
 */
export interface Disk {
  /** Opens a file for reading and writing. `create` makes it if it is missing, `exclusive` fails if it is there. */
  open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): OpenFile
  /** Names in a directory, sorted; files and directories alike. */
  list(directory: string): readonly DirectoryEntry[]
  /** Undefined when there is no such file. */
  stat(path: string): FileStatus | undefined
  /** A whole small file. */
  readFile(path: string): Buffer
  /** Creates the directory and its parents; no failure when it is there. */
  makeDirectory(path: string): void
  rename(from: string, to: string): void
  unlink(path: string): void
  /** Removes a directory with all that is in it. */
  removeTree(path: string): void
  /** fsync of a directory: makes created, renamed and removed names durable. */
  syncDirectory(path: string): void
  /** Sets the modification time. */
  touch(path: string, modifiedMs: number): void
  /** Bytes that may still be written, and bytes in all, of the volume that holds `path`. */
  space(path: string): { readonly freeBytes: number; readonly totalBytes: number }
}

export interface DirectoryEntry {
  readonly name: string
  readonly isDirectory: boolean
}

export interface FileStatus {
  readonly size: number
  readonly modifiedMs: number
  readonly isDirectory: boolean
}

/** An open file. Positions and counts are bytes. */
export interface OpenFile {
  readonly path: string
  size(): number
  /** Reads into `target[start, end)` from `position`; returns the count, which is short only at the end of the file. */
  readSync(target: Uint8Array, start: number, end: number, position: number): number
  /** The same without blocking the loop, for cold reads. */
  read(target: Uint8Array, start: number, end: number, position: number): Promise<number>
  /** Writes `source[start, end)` at `position`. The count may be short on a full disk: the caller checks it. */
  writeSync(source: Uint8Array, start: number, end: number, position: number): number
  truncate(size: number): void
  /** fdatasync on the calling thread. After a failure it must never be tried again (the kernel forgets the pages). */
  syncSync(): void
  /** fdatasync on a thread of the pool. */
  sync(): Promise<void>
  close(): void
}

/** What a disk answers when it can't: the system's code (`ENOSPC`, `EIO`, `ENOENT`, …) and the path. */
export class DiskError extends Error {
  readonly code: string
  readonly path: string
  constructor(code: string, path: string, options?: { cause?: unknown; doing?: string }) {
    super(`${code}: cannot ${options?.doing ?? 'use'} ${path}`, options?.cause === undefined ? {} : { cause: options.cause })
    this.name = 'DiskError'
    this.code = code
    this.path = path
  }

  /** Wraps a failure of the system; one without a code counts as EIO. */
  static from(cause: unknown, path: string, doing: string): DiskError {
    if (cause instanceof DiskError) return cause
    const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'EIO'
    return new DiskError(code, path, { cause, doing })
  }
}
