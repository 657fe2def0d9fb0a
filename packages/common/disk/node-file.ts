import * as fs from 'node:fs'
import { DiskError } from './disk.ts'
import type { OpenFile } from './disk.ts'

/** A file descriptor of the system. */
export class NodeFile implements OpenFile {
  readonly path: string
  readonly #descriptor: number
  #running = 0
  #closed = false

  constructor(path: string, descriptor: number) {
    this.path = path
    this.#descriptor = descriptor
  }

  size(): number {
    return this.#doing('look at', () => fs.fstatSync(this.#descriptor).size)
  }

  readSync(target: Uint8Array, start: number, end: number, position: number): number {
    this.#mustBeOpen()
    try {
      let done = 0
      // The kernel may give less than was asked for (a signal, a network file system); only 0 means the end.
      while (start + done < end) {
        const count = fs.readSync(this.#descriptor, target, start + done, end - start - done, position + done)
        if (count === 0) break
        done += count
      }
      return done
    } catch (cause) {
      throw DiskError.from(cause, this.path, 'read')
    }
  }

  async read(target: Uint8Array, start: number, end: number, position: number): Promise<number> {
    let done = 0
    while (start + done < end) {
      const count = await this.#readOnce(target, start + done, end - start - done, position + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  writeSync(source: Uint8Array, start: number, end: number, position: number): number {
    this.#mustBeOpen()
    try {
      return fs.writeSync(this.#descriptor, source, start, end - start, position)
    } catch (cause) {
      throw DiskError.from(cause, this.path, 'write')
    }
  }

  truncate(size: number): void {
    this.#doing('truncate', () => fs.ftruncateSync(this.#descriptor, size))
  }

  syncSync(): void {
    this.#doing('sync', () => fs.fdatasyncSync(this.#descriptor))
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begin()
      fs.fdatasync(this.#descriptor, (error) => {
        this.#end()
        if (error === null) resolve()
        else reject(DiskError.from(error, this.path, 'sync'))
      })
    })
  }

  /**
   * What runs in the thread pool is waited for: a descriptor closed under a running read could be given to the
   * next file that is opened, and the read would bring that file's bytes.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#running === 0) fs.closeSync(this.#descriptor)
  }

  #readOnce(target: Uint8Array, start: number, length: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#begin()
      fs.read(this.#descriptor, target, start, length, position, (error, count) => {
        this.#end()
        if (error === null) resolve(count)
        else reject(DiskError.from(error, this.path, 'read'))
      })
    })
  }

  #begin(): void {
    this.#mustBeOpen()
    this.#running++
  }

  #end(): void {
    this.#running--
    if (this.#closed && this.#running === 0) fs.closeSync(this.#descriptor)
  }

  #doing<T>(what: string, action: () => T): T {
    this.#mustBeOpen()
    try {
      return action()
    } catch (cause) {
      throw DiskError.from(cause, this.path, what)
    }
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new DiskError('EBADF', this.path, { doing: 'use the closed file' })
  }
}
