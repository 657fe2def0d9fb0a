import type { Change, Commit, Guard, JsonValue, StoreSnapshot, Versioned } from '../store.ts'
import { StaleRevisionError } from '../store-errors.ts'

/** A key as a store keeps it. */
export interface Entry extends Versioned {
  readonly ephemeral: boolean
}

/** What a commit writes to one key. `value` undefined deletes it. */
export interface Write {
  readonly key: string
  readonly value: JsonValue | undefined
  readonly ephemeral: boolean
}

/** The keys and values of a store in memory, and the rules by which a commit changes them. */
export class Entries {
  readonly #byKey = new Map<string, Entry>()
  #revision = 0

  get revision(): number {
    return this.#revision
  }

  get size(): number {
    return this.#byKey.size
  }

  get(key: string): Entry | undefined {
    return this.#byKey.get(key)
  }

  values(): Iterable<Entry> {
    return this.#byKey.values()
  }

  snapshot(): StoreSnapshot {
    return { revision: this.#revision, entries: Array.from(this.#byKey.values(), versioned) }
  }

  /** Takes over an entry as a snapshot has it. */
  restore(entry: Entry): void {
    this.#byKey.set(entry.key, entry)
  }

  /** The revision at which a restored snapshot was taken. */
  restoreRevision(revision: number): void {
    this.#revision = revision
  }

  /** Makes the writes, all at `revision`, and tells what became of each key. */
  apply(revision: number, writes: readonly Write[]): Commit {
    this.#revision = revision
    return { revision, changes: writes.map((write) => ({ key: write.key, value: this.#write(revision, write) })) }
  }

  #write(revision: number, write: Write): Versioned | undefined {
    const entry = written(this.#byKey.get(write.key), revision, write)
    if (entry === undefined) this.#byKey.delete(write.key)
    else this.#byKey.set(write.key, entry)
    return entry === undefined ? undefined : versioned(entry)
  }
}

/** What a key holds after a write. */
export function written(before: Entry | undefined, revision: number, { key, value, ephemeral }: Write): Entry | undefined {
  if (value === undefined) return undefined
  return { key, value, createRevision: before?.createRevision ?? revision, modRevision: revision, ephemeral }
}

/** What a store holds, as far as a commit has to be checked against it. */
export interface Checked {
  readonly revision: number
  get(key: string): Entry | undefined
}

/** Throws `StaleRevisionError` unless every expectation and every guard holds. */
export function check(store: Checked, changes: readonly Change[], guards: readonly Guard[]): void {
  for (const { key, expected } of changes) {
    if (expected === undefined) continue
    const found = store.get(key)?.modRevision ?? 0
    if (found !== expected) throw new StaleRevisionError(key, expected, found, store.revision)
  }
  for (const { key, createRevision } of guards) {
    const found = store.get(key)?.createRevision ?? 0
    if (found !== createRevision) throw new StaleRevisionError(key, createRevision, found, store.revision)
  }
}

/** The writes of a commit. A key that is named twice in one commit is a bug: which of the two should count? */
export function writesOf(changes: readonly Change[]): readonly Write[] {
  const keys = new Set<string>()
  return changes.map(({ key, value, ephemeral }) => {
    if (keys.has(key)) throw new TypeError(`a commit changes ${key} twice`)
    keys.add(key)
    return { key, value, ephemeral: ephemeral ?? false }
  })
}

/** An entry as readers of the store see it. */
export function versioned({ key, value, createRevision, modRevision }: Entry): Versioned {
  return { key, value, createRevision, modRevision }
}
