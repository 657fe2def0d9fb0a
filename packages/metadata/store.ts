/**
 * Where the cluster's metadata is agreed on: memory or a file for one node, etcd for many.
 *
 * A store is a flat map from keys (`/topics/<id>`, `/p/<id>/<n>`, `/config/topic/<name>`, …) to small JSON values,
 * with one revision that grows with each commit. All implementations pass the same contract test.
 */
export interface MetadataStore extends AsyncDisposable {
  /** Everything, at one revision. */
  readAll(): Promise<StoreSnapshot>
  read(key: string): Promise<Versioned | undefined>
  /**
   * Applies all changes or none. Fails with `StaleRevisionError` if a key has moved on from the revision expected of it,
   * or if a guard does not hold. When it returns, the change survives a power cut. Returns the new revision.
   */
  commit(changes: readonly Change[], guards?: readonly Guard[]): Promise<number>
  /**
   * Each commit after `fromRevision`, in order, until the signal aborts or the store is closed.
   * Throws `CompactedError` when the store no longer has the commits that follow `fromRevision`: read all anew.
   */
  watch(fromRevision: number, signal: AbortSignal): AsyncIterable<Commit>
}

export interface StoreSnapshot {
  readonly revision: number
  readonly entries: readonly Versioned[]
}

export interface Versioned {
  readonly key: string
  readonly value: JsonValue
  /** Revision of the commit that created the key, and of the one that last changed it. */
  readonly createRevision: number
  readonly modRevision: number
}

export interface Change {
  readonly key: string
  /** `undefined` deletes the key. */
  readonly value: JsonValue | undefined
  /** The `modRevision` the key must have; 0: it must not exist; left out: whatever it has. */
  readonly expected?: number
  /**
   * The key lives no longer than the session that wrote it: until the lease ends, where the store has leases; until the
   * store is opened again, where it is one process's own.
   */
  readonly ephemeral?: boolean
}

/** Something that must be so for a commit to count, in a key that the commit does not change. */
export interface Guard {
  readonly key: string
  /** The `createRevision` the key must have; 0: it must not exist. */
  readonly createRevision: number
}

export interface Commit {
  readonly revision: number
  readonly changes: readonly { readonly key: string; readonly value: Versioned | undefined }[]
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }
