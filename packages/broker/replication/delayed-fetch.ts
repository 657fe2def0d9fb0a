import { Deadline } from './deadlines.ts'
import type { Deadlines } from './deadlines.ts'

/** A partition as a waiting fetch sees it. */
export interface FetchablePartition {
  readonly fetchWaiters: FetchWaiters
  /** Bytes that this fetch would get, counted no further than `enough`; undefined: there is an error to tell at once. */
  readableBytes(wanted: WantedRange, reader: FetchReader, enough: number): number | undefined
}

/** What a fetch wants of one partition. */
export interface WantedRange {
  readonly fetchOffset: number
  readonly maxBytes: number
}

/** Who reads decides how far: a consumer to the high watermark or the last stable offset, a replica to the end of the log. */
export type FetchReader = 'read-uncommitted' | 'read-committed' | 'replica'

/**
 * A fetch that waits until its partitions hold `minBytes` for it, or there is something else to tell, or its time is over.
 *
 * It hangs on the list of each of its partitions. When a high watermark moves, only that partition's share is counted again.
 */
export class DelayedFetch extends Deadline {
  readonly #ready: Promise<void>
  readonly #deadlines: Deadlines
  readonly minBytes: number
  readonly reader: FetchReader
  readonly #shares: FetchShare[] = []
  #bytes = 0
  #enough = false
  #resolve: (() => void) | undefined

  constructor(options: { readonly deadlines: Deadlines; readonly minBytes: number; readonly reader: FetchReader }) {
    super()
    this.#deadlines = options.deadlines
    this.minBytes = options.minBytes
    this.reader = options.reader
    this.#ready = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Adds a partition to wait for. */
  watch(partition: FetchablePartition, wanted: WantedRange): void {
    const share = new FetchShare(this, partition, wanted)
    this.#shares.push(share)
    partition.fetchWaiters.add(share)
    if (share.count()) this.#enough = true
  }

  /** Starts to wait. Gives up when the time is over or the signal says that the client has gone. */
  wait(maxWaitMs: number, signal: AbortSignal): Promise<void> {
    this.#deadlines.add(this, maxWaitMs)
    if (this.#enough || signal.aborted) this.finish()
    const gone = (): void => this.finish()
    signal.addEventListener('abort', gone, { once: true })
    return this.#ready.then(() => signal.removeEventListener('abort', gone))
  }

  override expired(): void {
    this.finish()
  }

  /** A partition's share went from `before` to `now` bytes; undefined: it has something to tell at once. */
  shareChanged(before: number, now: number | undefined): boolean {
    if (now === undefined) return true
    this.#bytes += now - before
    return this.#bytes >= this.minBytes
  }

  /** Leaves all lists and lets the fetch be answered. */
  finish(): void {
    if (this.#resolve === undefined) return
    this.#deadlines.remove(this)
    for (const share of this.#shares) share.partition.fetchWaiters.remove(share)
    this.#resolve()
    this.#resolve = undefined
  }
}

/** One partition's part in a waiting fetch. */
class FetchShare {
  readonly fetch: DelayedFetch
  readonly partition: FetchablePartition
  readonly #wanted: WantedRange
  #bytes = 0

  constructor(fetch: DelayedFetch, partition: FetchablePartition, wanted: WantedRange) {
    this.fetch = fetch
    this.partition = partition
    this.#wanted = wanted
  }

  /** Counts anew; true when the fetch need not wait any longer. */
  count(): boolean {
    const before = this.#bytes
    const enough = Math.min(this.#wanted.maxBytes, this.fetch.minBytes)
    const now = this.partition.readableBytes(this.#wanted, this.fetch.reader, enough)
    this.#bytes = now ?? before
    return this.fetch.shareChanged(before, now)
  }
}

/** The fetches that wait for one partition. */
export class FetchWaiters {
  readonly #shares = new Set<FetchShare>()

  get size(): number {
    return this.#shares.size
  }

  add(share: FetchShare): void {
    this.#shares.add(share)
  }

  remove(share: FetchShare): void {
    this.#shares.delete(share)
  }

  /** Something that readers can see has moved: the high watermark, the end, the start. */
  wake(): void {
    for (const share of this.#shares) if (share.count()) share.fetch.finish()
  }

  /** The partition is no longer what they wait for: another leader, no topic, a broken disk. */
  finishAll(): void {
    for (const share of this.#shares) share.fetch.finish()
  }
}
