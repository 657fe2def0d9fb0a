import { DiskError } from '@odradek/common/disk'
import type { Disk, OpenFile } from '@odradek/common/disk'

/**
 * A file that is opened when it is used and may be closed in between.
 *
 * Thousands of segments with three files each would take more descriptors than a process may have, so all of them share
 * one `OpenFiles`, which closes what was used least recently. A file that has bytes which are not synced yet is held: the
 * system reports a failed write-back once for each open descriptor, and must be able to.
 */
export class FileSlot {
  path: string
  readonly #files: OpenFiles
  #file: OpenFile | undefined
  #holds = 0
  #isRetired = false

  constructor(files: OpenFiles, path: string) {
    this.#files = files
    this.path = path
  }

  /** The open file, good until the end of this turn. */
  use(): OpenFile {
    if (this.#file === undefined) this.#file = this.#files.open(this, 'write')
    else this.#files.used(this)
    return this.#file
  }

  /** Makes the file, which may be there already. */
  create(): OpenFile {
    this.#file ??= this.#files.open(this, 'create')
    return this.#file
  }

  /** Keeps the file open until `letGo` was called as often. */
  hold(): OpenFile {
    const file = this.use()
    this.#holds++
    return file
  }

  letGo(): void {
    this.#holds--
    if (this.#holds === 0 && this.#isRetired) this.close()
  }

  get isHeld(): boolean {
    return this.#holds > 0
  }

  /** Closes the file, once nobody holds it. What is being read on another thread still ends well: the disk waits for it. */
  close(): void {
    if (this.#holds > 0) {
      this.#isRetired = true
      return
    }
    this.#file?.close()
    this.#file = undefined
    this.#files.closed(this)
  }
}

/** All open files of a log directory, the least recently used first. */
export class OpenFiles {
  readonly #disk: Disk
  readonly #maxOpen: number
  /** In order of use: a Map keeps the order in which keys were set. */
  readonly #open = new Map<FileSlot, true>()

  constructor(disk: Disk, maxOpen: number) {
    this.#disk = disk
    this.#maxOpen = maxOpen
  }

  get count(): number {
    return this.#open.size
  }

  open(slot: FileSlot, mode: 'write' | 'create'): OpenFile {
    if (this.#open.size >= this.#maxOpen) this.#closeSome(1)
    const file = this.#openRetrying(slot, mode)
    this.#open.set(slot, true)
    return file
  }

  used(slot: FileSlot): void {
    // Moving to the end costs more than a look, and most files are used many times in a row by few partitions.
    if (this.#open.size * 2 < this.#maxOpen) return
    this.#open.delete(slot)
    this.#open.set(slot, true)
  }

  closed(slot: FileSlot): void {
    this.#open.delete(slot)
  }

  /** Running out of descriptors is no failure of the disk: others, sockets for example, took them. Some of ours are given back. */
  #openRetrying(slot: FileSlot, mode: 'write' | 'create'): OpenFile {
    try {
      return this.#disk.open(slot.path, mode)
    } catch (error) {
      if (!(error instanceof DiskError) || (error.code !== 'EMFILE' && error.code !== 'ENFILE')) throw error
      if (this.#closeSome(Math.ceil(this.#open.size / 2)) === 0) throw error
      return this.#disk.open(slot.path, mode)
    }
  }

  #closeSome(wanted: number): number {
    let closed = 0
    for (const slot of this.#open.keys()) {
      if (closed >= wanted) break
      if (slot.isHeld) continue
      slot.close()
      closed++
    }
    return closed
  }
}
