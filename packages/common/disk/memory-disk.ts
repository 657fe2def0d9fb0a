import type { Clock } from '../time/clock.ts'
import { DiskError } from './disk.ts'
import type { DirectoryEntry, Disk, FileStatus, OpenFile } from './disk.ts'
import { MemoryDirectory } from './memory-directory.ts'
import type { MemoryNode } from './memory-directory.ts'
import { MemoryFile } from './memory-file.ts'
import { OpenMemoryFile } from './open-memory-file.ts'
import type { Volume } from './open-memory-file.ts'

export interface MemoryDiskOptions {
  /** How much fits on the volume; beyond it writes get short and then fail with ENOSPC. By default 2^40. */
  readonly capacityBytes?: number
  /** Where modification times come from; without it they are 0. */
  readonly clock?: Clock
  /** Whether to remember what a power cut would leave. `--ephemeral` has no use for it. True by default. */
  readonly keepsDurable?: boolean
}

/**
 * A file system in memory, for tests, for the simulator and for brokers that shall leave nothing behind.
 *
 * Of every file and directory it knows what readers see and what has been synced; `testing` makes power cuts of the
 * difference. Paths are taken from one root: `a/b`, `/a/b` and `/a//b/` are the same file.
 */
export class MemoryDisk implements Disk, Volume {
  readonly root: MemoryDirectory
  readonly capacityBytes: number
  readonly keepsDurable: boolean
  readonly #clock: Clock | undefined
  #usedBytes = 0

  constructor(options: MemoryDiskOptions = {}) {
    this.capacityBytes = options.capacityBytes ?? 2 ** 40
    this.keepsDurable = options.keepsDurable ?? true
    this.#clock = options.clock
    this.root = new MemoryDirectory({ keepsDurable: this.keepsDurable })
  }

  open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): OpenFile {
    return new OpenMemoryFile(path, this.#openFile(path, mode), this, mode !== 'read')
  }

  list(directory: string): readonly DirectoryEntry[] {
    const found = this.#directory(directory, 'list')
    return found.names().map((name) => ({ name, isDirectory: found.get(name)?.kind === 'directory' }))
  }

  stat(path: string): FileStatus | undefined {
    const node = this.find(path)
    if (node === undefined) return undefined
    const isDirectory = node.kind === 'directory'
    return { size: isDirectory ? 0 : node.size, modifiedMs: node.modifiedMs, isDirectory }
  }

  readFile(path: string): Buffer {
    return this.#file(path, 'read').image('volatile')
  }

  makeDirectory(path: string): void {
    let parent = this.root
    for (const name of partsOf(path)) {
      let child = parent.get(name)
      if (child === undefined) parent.link(name, (child = new MemoryDirectory({ keepsDurable: this.keepsDurable })))
      if (child.kind === 'file') throw new DiskError('EEXIST', path, { doing: 'create the directory' })
      parent = child
    }
  }

  rename(from: string, to: string): void {
    const doing = `rename to ${to}`
    const source = this.#parent(from, doing)
    const target = this.#parent(to, doing)
    const node = source.directory.get(source.name)
    if (node === undefined) throw new DiskError('ENOENT', from, { doing })
    const replaced = target.directory.get(target.name)
    if (replaced === node) return
    if (replaced !== undefined) this.#checkReplace(node, replaced, to)
    this.#forget(replaced)
    if (source.directory === target.directory) return source.directory.rename(source.name, target.name, node)
    target.directory.link(target.name, node)
    source.directory.unlink(source.name)
  }

  unlink(path: string): void {
    const { directory, name } = this.#parent(path, 'delete')
    this.#forget(this.#file(path, 'delete'))
    directory.unlink(name)
  }

  removeTree(path: string): void {
    const node = this.find(path)
    if (node === undefined) return
    const { directory, name } = this.#parent(path, 'delete')
    this.#forget(node)
    directory.unlink(name)
  }

  syncDirectory(path: string): void {
    this.#directory(path, 'sync the directory').sync()
  }

  touch(path: string, modifiedMs: number): void {
    this.#file(path, 'set the time of').modifiedMs = modifiedMs
  }

  space(_path: string): { readonly freeBytes: number; readonly totalBytes: number } {
    return { freeBytes: Math.max(0, this.capacityBytes - this.#usedBytes), totalBytes: this.capacityBytes }
  }

  nowMs(): number {
    return this.#clock?.now() ?? 0
  }

  use(bytes: number): void {
    this.#usedBytes += bytes
  }

  /** The file or directory itself, for those who look behind the door: the simulator and its crash model. */
  find(path: string): MemoryNode | undefined {
    let node: MemoryNode | undefined = this.root
    for (const name of partsOf(path)) node = node?.kind === 'directory' ? node.get(name) : undefined
    return node
  }

  #openFile(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): MemoryFile {
    const { directory, name } = this.#parent(path, 'open')
    const existing = directory.get(name)
    if (existing === undefined && (mode === 'create' || mode === 'exclusive')) {
      const created = new MemoryFile({ keepsDurable: this.keepsDurable, modifiedMs: this.nowMs() })
      directory.link(name, created)
      return created
    }
    if (mode === 'exclusive') throw new DiskError('EEXIST', path, { doing: 'open' })
    return this.#file(path, 'open')
  }

  #file(path: string, doing: string): MemoryFile {
    const node = this.find(path)
    if (node === undefined) throw new DiskError('ENOENT', path, { doing })
    if (node.kind === 'directory') throw new DiskError('EISDIR', path, { doing })
    return node
  }

  #directory(path: string, doing: string): MemoryDirectory {
    const node = this.find(path)
    if (node === undefined) throw new DiskError('ENOENT', path, { doing })
    if (node.kind === 'file') throw new DiskError('ENOTDIR', path, { doing })
    return node
  }

  #parent(path: string, doing: string): { readonly directory: MemoryDirectory; readonly name: string } {
    const parts = partsOf(path)
    const name = parts.pop()
    if (name === undefined) throw new DiskError('EISDIR', path, { doing })
    return { directory: this.#directory(parts.join('/'), doing), name }
  }

  #checkReplace(node: MemoryNode, replaced: MemoryNode, path: string): void {
    const doing = 'replace'
    if (replaced.kind === 'file' && node.kind === 'directory') throw new DiskError('ENOTDIR', path, { doing })
    if (replaced.kind === 'directory' && node.kind === 'file') throw new DiskError('EISDIR', path, { doing })
    if (replaced.kind === 'directory' && replaced.names().length > 0) throw new DiskError('ENOTEMPTY', path, { doing })
  }

  /** Gives the space of what loses its name back to the volume. */
  #forget(node: MemoryNode | undefined): void {
    if (node === undefined) return
    if (node.kind === 'file') {
      node.isLinked = false
      this.use(-node.size)
    } else for (const name of node.names()) this.#forget(node.get(name))
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}
