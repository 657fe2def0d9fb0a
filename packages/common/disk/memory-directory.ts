import type { MemoryFile } from './memory-file.ts'

/** A file or a directory of a `MemoryDisk`. */
export type MemoryNode = MemoryFile | MemoryDirectory

/** A change of names in a directory that a power cut may take back until the directory is synced. */
export type NameChange =
  | { readonly kind: 'link'; readonly name: string; readonly node: MemoryNode }
  | { readonly kind: 'unlink'; readonly name: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string; readonly node: MemoryNode }

/** A directory in memory, twice: the names that are seen, and those that would be there after a power cut. */
export class MemoryDirectory {
  readonly kind = 'directory'
  readonly modifiedMs = 0
  readonly #names = new Map<string, MemoryNode>()
  readonly #durableNames = new Map<string, MemoryNode>()
  #unsynced: NameChange[] = []
  readonly #keepsDurable: boolean

  constructor(options: { readonly keepsDurable: boolean }) {
    this.#keepsDurable = options.keepsDurable
  }

  get(name: string): MemoryNode | undefined {
    return this.#names.get(name)
  }

  /** In the order of their code units. */
  names(): readonly string[] {
    return [...this.#names.keys()].toSorted()
  }

  link(name: string, node: MemoryNode): void {
    this.#change({ kind: 'link', name, node })
  }

  unlink(name: string): void {
    this.#change({ kind: 'unlink', name })
  }

  /** Within this directory; it is kept or lost as one, as by every journaling file system. */
  rename(from: string, to: string, node: MemoryNode): void {
    this.#change({ kind: 'rename', from, to, node })
  }

  sync(): void {
    for (const change of this.#unsynced) applyChange(this.#durableNames, change)
    this.#unsynced = []
  }

  /** In the order in which they were made. */
  unsynced(): readonly NameChange[] {
    return this.#unsynced
  }

  durableNames(): ReadonlyMap<string, MemoryNode> {
    return this.#durableNames
  }

  #change(change: NameChange): void {
    applyChange(this.#names, change)
    if (this.#keepsDurable) this.#unsynced.push(change)
  }
}

/** Does to `names` what a change did, as far as it still can. */
export function applyChange(names: Map<string, MemoryNode>, change: NameChange): void {
  if (change.kind === 'link') names.set(change.name, change.node)
  else if (change.kind === 'unlink') names.delete(change.name)
  else {
    if (names.get(change.from) === change.node) names.delete(change.from)
    names.set(change.to, change.node)
  }
}
