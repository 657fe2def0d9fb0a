import type { Change, Commit, Guard, MetadataStore, StoreSnapshot, Versioned } from '../store.ts'
import { StoreClosedError } from '../store-errors.ts'
import { CommitFeed } from './commit-feed.ts'
import { check, Entries, versioned, writesOf } from './entries.ts'

/** A store that forgets everything when the process ends: for `--ephemeral` brokers and for tests. */
export class MemoryStore implements MetadataStore {
  readonly #entries = new Entries()
  readonly #feed: CommitFeed
  #closed = false

  /** `keptCommits`: how many commits watchers may lag behind. */
  constructor(options: { readonly keptCommits?: number } = {}) {
    this.#feed = new CommitFeed(0, options.keptCommits)
  }

  async readAll(): Promise<StoreSnapshot> {
    return this.#entries.snapshot()
  }

  async read(key: string): Promise<Versioned | undefined> {
    const entry = this.#entries.get(key)
    return entry === undefined ? undefined : versioned(entry)
  }

  async commit(changes: readonly Change[], guards: readonly Guard[] = []): Promise<number> {
    if (this.#closed) throw new StoreClosedError('the metadata store is closed')
    const writes = writesOf(changes)
    check(this.#entries, changes, guards)
    if (writes.length === 0) return this.#entries.revision
    const commit = this.#entries.apply(this.#entries.revision + 1, writes)
    this.#feed.publish(commit)
    return commit.revision
  }

  watch(fromRevision: number, signal: AbortSignal): AsyncIterable<Commit> {
    return this.#feed.watch(fromRevision, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#feed.close()
  }
}
