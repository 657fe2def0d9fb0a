import type { Commit } from '../store.ts'
import { CompactedError } from '../store-errors.ts'

/** How many commits a store remembers for its watchers, unless told otherwise. */
export const defaultKeptCommits = 1024

/** The latest commits of a store, and those who wait for the next. Watchers that fall too far behind have to read anew. */
export class CommitFeed {
  readonly #kept: number
  readonly #waiting = new Set<() => void>()
  #commits: Commit[] = []
  #lastRevision: number
  #closed = false

  constructor(lastRevision: number, kept = defaultKeptCommits) {
    this.#lastRevision = lastRevision
    this.#kept = kept
  }

  publish(commit: Commit): void {
    this.#commits.push(commit)
    this.#lastRevision = commit.revision
    // Cut in large steps, so that it costs next to nothing a commit.
    if (this.#commits.length > 2 * this.#kept) this.#commits = this.#commits.slice(-this.#kept)
    this.#wakeAll()
  }

  close(): void {
    this.#closed = true
    this.#wakeAll()
  }

  async *watch(fromRevision: number, signal: AbortSignal): AsyncIterable<Commit> {
    let position = fromRevision
    while (!signal.aborted && !this.#closed) {
      const commit = this.#after(position)
      if (commit === undefined) {
        await this.#news(signal)
      } else {
        position = commit.revision
        yield commit
      }
    }
  }

  #after(position: number): Commit | undefined {
    if (position >= this.#lastRevision) return undefined
    const first = this.#commits[0]?.revision ?? this.#lastRevision + 1
    if (position + 1 < first) throw new CompactedError(position, first)
    return this.#commits[position + 1 - first]
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake)
    })
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake()
  }
}
