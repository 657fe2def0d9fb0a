import type { MemoryFile, OpenFile, PendingSync } from '@odradek/common/disk'

export type DiskOperation =
  | 'open'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'list'
  | 'make directory'
  | 'rename'
  | 'unlink'
  | 'sync directory'

/** What a file asks its disk. */
export interface Misfortune {
  /** Lets a planned fault happen: throws, or answers that a write shall be short. */
  strike(operation: DiskOperation, path: string): 'short' | undefined
  /** Runs when a read or a sync is over; never, when the power is cut before. */
  later(operation: 'read' | 'sync', path: string, action: () => void): void
  /** How many of `count` bytes a short write takes. */
  shortCount(count: number): number
  /** Throws when the power was cut. */
  mustBeOn(): void
}

/** An open file of a disk that fails. */
export class FaultyFile implements OpenFile {
  readonly path: string
  readonly #file: OpenFile
  readonly #node: MemoryFile
  readonly #disk: Misfortune

  constructor(file: OpenFile, node: MemoryFile, disk: Misfortune) {
    this.path = file.path
    this.#file = file
    this.#node = node
    this.#disk = disk
  }

  size(): number {
    this.#disk.mustBeOn()
    return this.#file.size()
  }

  readSync(target: Uint8Array, start: number, end: number, position: number): number {
    this.#disk.strike('read', this.path)
    return this.#file.readSync(target, start, end, position)
  }

  async read(target: Uint8Array, start: number, end: number, position: number): Promise<number> {
    this.#file.size() // a closed file refuses at once
    await this.#later('read')
    this.#disk.strike('read', this.path)
    return this.#node.read(target, start, end, position) // of the file itself: the handle may have been closed meanwhile
  }

  writeSync(source: Uint8Array, start: number, end: number, position: number): number {
    const isShort = this.#disk.strike('write', this.path) === 'short'
    const upTo = isShort ? start + this.#disk.shortCount(end - start) : end
    return this.#file.writeSync(source, start, upTo, position)
  }

  truncate(size: number): void {
    this.#disk.strike('truncate', this.path)
    this.#file.truncate(size)
  }

  syncSync(): void {
    this.#file.size()
    this.#finish(this.#node.beginSync())
  }

  async sync(): Promise<void> {
    this.#file.size()
    const pending = this.#node.beginSync()
    await this.#later('sync')
    this.#finish(pending)
  }

  close(): void {
    this.#file.close()
  }

  #finish(pending: PendingSync): void {
    try {
      this.#disk.strike('sync', this.path)
    } catch (error) {
      pending.fail()
      throw error
    }
    pending.complete()
  }

  #later(operation: 'read' | 'sync'): Promise<void> {
    this.#disk.mustBeOn()
    return new Promise((resolve) => {
      this.#disk.later(operation, this.path, resolve)
    })
  }
}
