import { makeDurableDirectory } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import type { Change, Commit, Guard, MetadataStore, StoreSnapshot, Versioned } from '../store.ts'
import { StoreClosedError } from '../store-errors.ts'
import { CommitFeed } from './commit-feed.ts'
import { check, Entries, versioned, writesOf, written } from './entries.ts'
import type { Entry } from './entries.ts'
import type { JournalCommit } from './journal-format.ts'
import { Journal } from './journal.ts'

/** The file of a `FileStore`, in the directory it is given. */
export const journalName = 'cluster-metadata.journal'

export interface FileStoreOptions {
  readonly disk: Disk
  /** Made when it is missing. No other process may use it: whoever opens the store has locked it. */
  readonly directory: string
  /** Looks at what the store holds before anything is changed. What it throws ends the opening. */
  readonly admit?: (found: FoundStore) => void
  /** The journal is written anew when its commits take more bytes than this and than its snapshot. */
  readonly compactAfterBytes?: number
  /** How many commits watchers may lag behind. */
  readonly keptCommits?: number
}

/** What a store holds when it is opened. */
export interface FoundStore {
  readonly snapshot: StoreSnapshot
  /** Keys that were deleted since the journal was last written anew. */
  readonly removed: ReadonlySet<string>
}

interface Waiting extends JournalCommit {
  readonly resolve: (revision: number) => void
  readonly reject: (error: unknown) => void
}

/**
 * A store for one node, in one file.
 *
 * Commits that come while an fsync is under way wait together for the next one. Readers and watchers see a commit when it
 * is durable, not before. After a failed fsync nobody knows what the disk has: the store is closed and stays so.
 */
export class FileStore implements MetadataStore {
  readonly #journal: Journal
  readonly #entries: Entries
  readonly #feed: CommitFeed
  readonly #compactAfterBytes: number
  /** What keys will hold when the commits under way are durable. New commits are checked against this. */
  readonly #ahead = new Map<string, Entry | undefined>()
  #lastRevision: number
  #queue: Waiting[] = []
  /** Resolves when the newest commit is durable or has failed. */
  #lastQueued: Promise<void> = Promise.resolve()
  #writing: Promise<void> | undefined
  #closed: StoreClosedError | undefined

  /** Throws a `UserError` when the journal is damaged or newer than this program, `DiskError` when the disk can't. */
  static async open(options: FileStoreOptions): Promise<FileStore> {
    makeDurableDirectory(options.disk, options.directory)
    const entries = new Entries()
    const journal = await Journal.open(options.disk, `${options.directory}/${journalName}`, entries)
    try {
      options.admit?.({ snapshot: entries.snapshot(), removed: journal.removed })
      const store = new FileStore(journal, entries, options)
      await store.#endLastSession()
      return store
    } catch (error) {
      journal.close()
      throw error
    }
  }

  private constructor(journal: Journal, entries: Entries, options: FileStoreOptions) {
    this.#journal = journal
    this.#entries = entries
    this.#lastRevision = entries.revision
    this.#feed = new CommitFeed(entries.revision, options.keptCommits)
    this.#compactAfterBytes = options.compactAfterBytes ?? 4_194_304
  }

  async readAll(): Promise<StoreSnapshot> {
    return this.#entries.snapshot()
  }

  async read(key: string): Promise<Versioned | undefined> {
    const entry = this.#entries.get(key)
    return entry === undefined ? undefined : versioned(entry)
  }

  async commit(changes: readonly Change[], guards: readonly Guard[] = []): Promise<number> {
    if (this.#closed !== undefined) throw this.#closed
    const writes = writesOf(changes)
    try {
      check({ revision: this.#lastRevision, get: (key) => this.#lookUp(key) }, changes, guards)
    } catch (error) {
      // What it is refused for may still be on its way to the disk: whoever is refused shall be able to see why.
      await this.#lastQueued
      throw error
    }
    if (writes.length === 0) return this.#lastRevision
    const revision = ++this.#lastRevision
    for (const write of writes) this.#ahead.set(write.key, written(this.#lookUp(write.key), revision, write))
    const durable = new Promise<number>((resolve, reject) => this.#queue.push({ revision, writes, resolve, reject }))
    this.#lastQueued = durable.then(ignore, ignore)
    this.#writing ??= this.#write()
    return durable
  }

  watch(fromRevision: number, signal: AbortSignal): AsyncIterable<Commit> {
    return this.#feed.watch(fromRevision, signal)
  }

  /** Waits for the commits under way, then lets go of the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    const alreadyClosed = this.#closed !== undefined
    this.#closed ??= new StoreClosedError('the metadata store is closed')
    await this.#writing
    if (alreadyClosed) return
    this.#feed.close()
    this.#journal.close()
  }

  #lookUp(key: string): Entry | undefined {
    return this.#ahead.has(key) ? this.#ahead.get(key) : this.#entries.get(key)
  }

  async #write(): Promise<void> {
    // What else this turn commits joins the first fsync.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const group = this.#queue
      this.#queue = []
      try {
        await this.#journal.append(group)
      } catch (error) {
        this.#fail(group, error)
        continue
      }
      for (const commit of group) this.#publish(commit)
      if (this.#queue.length === 0) this.#ahead.clear()
      await this.#compact()
    }
    this.#writing = undefined
  }

  #publish({ revision, writes, resolve }: Waiting): void {
    this.#feed.publish(this.#entries.apply(revision, writes))
    resolve(revision)
  }

  /** What waits behind a commit that failed was checked against it, so it fails with it. */
  #fail(group: readonly Waiting[], error: unknown): void {
    if (this.#journal.broken) {
      this.#closed = new StoreClosedError('the disk of the metadata store failed; what it holds is known again after a restart', {
        cause: error,
      })
    }
    const behind = this.#queue
    this.#queue = []
    this.#ahead.clear()
    this.#lastRevision = this.#entries.revision
    for (const { reject } of [...group, ...behind]) reject(this.#closed ?? error)
  }

  async #compact(): Promise<void> {
    if (this.#journal.commitBytes <= Math.max(this.#compactAfterBytes, this.#journal.snapshotBytes)) return
    try {
      await this.#journal.rewrite(this.#entries)
    } catch (error) {
      // Without room for a second file the journal goes on growing; the next commit tries again.
      if (this.#journal.broken) this.#fail([], error)
    }
  }

  /** Keys of the session that wrote this journal last are gone with it. */
  async #endLastSession(): Promise<void> {
    const gone = Array.from(this.#entries.values()).filter((entry) => entry.ephemeral)
    await this.commit(gone.map(({ key }) => ({ key, value: undefined })))
  }
}

function ignore(): void {}
