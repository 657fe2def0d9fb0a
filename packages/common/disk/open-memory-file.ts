import { DiskError } from './disk.ts'
import type { OpenFile } from './disk.ts'
import type { MemoryFile } from './memory-file.ts'

/** What a file needs to know of the volume it lies on. */
export interface Volume {
  nowMs(): number
  space(path: string): { readonly freeBytes: number }
  /** Takes space, or gives it back when negative. */
  use(bytes: number): void
}

/** A handle of a file in memory. It stays good after the file lost its name, as on a real disk. */
export class OpenMemoryFile implements OpenFile {
  readonly path: string
  readonly #file: MemoryFile
  readonly #volume: Volume
  readonly #writable: boolean
  #closed = false

  constructor(path: string, file: MemoryFile, volume: Volume, writable: boolean) {
    this.path = path
    this.#file = file
    this.#volume = volume
    this.#writable = writable
  }

  size(): number {
    this.#mustBeOpen('look at')
    return this.#file.size
  }

  readSync(target: Uint8Array, start: number, end: number, position: number): number {
    this.#mustBeOpen('read')
    return this.#file.read(target, start, end, position)
  }

  async read(target: Uint8Array, start: number, end: number, position: number): Promise<number> {
    return this.readSync(target, start, end, position)
  }

  writeSync(source: Uint8Array, start: number, end: number, position: number): number {
    this.#mustBeWritable('write')
    const { freeBytes } = this.#volume.space(this.path)
    // A full disk takes what still fits without a word; only the next write learns that there is no room.
    const fits = Math.min(end, start + Math.max(0, this.#file.size - position) + freeBytes)
    if (fits <= start && end > start) throw new DiskError('ENOSPC', this.path, { doing: 'write' })
    const before = this.#file.size
    this.#file.write(source, start, fits, position)
    this.#changed(before)
    return fits - start
  }

  truncate(size: number): void {
    this.#mustBeWritable('truncate')
    const before = this.#file.size
    if (size - before > this.#volume.space(this.path).freeBytes) throw new DiskError('ENOSPC', this.path, { doing: 'truncate' })
    this.#file.truncate(size)
    this.#changed(before)
  }

  syncSync(): void {
    this.#mustBeOpen('sync')
    this.#file.sync()
  }

  async sync(): Promise<void> {
    this.syncSync()
  }

  close(): void {
    this.#closed = true
  }

  #changed(sizeBefore: number): void {
    if (this.#file.isLinked) this.#volume.use(this.#file.size - sizeBefore)
    this.#file.modifiedMs = this.#volume.nowMs()
  }

  #mustBeOpen(doing: string): void {
    if (this.#closed) throw new DiskError('EBADF', this.path, { doing })
  }

  #mustBeWritable(doing: string): void {
    this.#mustBeOpen(doing)
    if (!this.#writable) throw new DiskError('EBADF', this.path, { doing })
  }
}
