import { Buffer } from 'node:buffer'
import type { KafkaError } from '@odradek/protocol'
import type { CoordinatorEntry, CoordinatorLog, LoadedEntry } from './coordinator-log.ts'

/**
 * An internal topic in memory, for tests: a test says when appends are committed, and which fail.
 *
 * What `load` lends is overwritten as soon as the next piece is asked for, so that who keeps it is found out.
 */
export class MemoryCoordinatorLog implements CoordinatorLog {
  readonly #partitions: LoadedEntry[][]
  readonly #waiting: Waiting[] = []
  #failure: KafkaError | undefined
  #isManual = false
  /** One entry an append: how many records it had. */
  readonly appends: number[] = []
  pieceSize = 3

  constructor(partitions = 1) {
    this.#partitions = Array.from({ length: partitions }, () => [])
  }

  /** Whether appends wait for `commit`, or are committed as they come. */
  get isManual(): boolean {
    return this.#isManual
  }

  set isManual(isManual: boolean) {
    this.#isManual = isManual
    // The high watermark passes in order, so those that wait go first.
    if (!isManual) this.commit()
  }

  partitionCount(): number {
    return this.#partitions.length
  }

  maxAppendBytes(): number {
    return 100_000
  }

  /** All that lies in a partition's log, committed or not. */
  entries(partition = 0): readonly LoadedEntry[] {
    return this.#partitions[partition] ?? []
  }

  /** Appends that are not committed yet. */
  get waitingCount(): number {
    return this.#waiting.length
  }

  /** The next append is refused. */
  failNext(error: KafkaError): void {
    this.#failure = error
  }

  append(partition: number, records: readonly CoordinatorEntry[]): Promise<void> {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) return Promise.reject(failure)
    this.appends.push(records.length)
    this.put(partition, records)
    if (!this.isManual) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ partition, records: records.length, resolve, reject })
    })
  }

  /** Puts records, or a marker, at the end without anybody waiting for it. */
  put(partition: number, entries: readonly (CoordinatorEntry & { readonly producerId?: number })[]): void {
    const log = this.#logOf(partition)
    for (const entry of entries) log.push({ kind: 'record', offset: log.length, timestamp: 0, ...entry })
  }

  putMarker(partition: number, producerId: number, committed: boolean): void {
    const log = this.#logOf(partition)
    log.push({ kind: 'marker', offset: log.length, producerId, committed })
  }

  /** The high watermark passes what was appended first. */
  commit(count = this.#waiting.length): void {
    for (const waiting of this.#waiting.splice(0, count)) waiting.resolve()
  }

  /** Everything that is not committed is gone from the log, and who waits for it is told. */
  lose(error: KafkaError): void {
    for (const waiting of this.forgetUncommitted()) waiting.reject(error)
  }

  /** As after a failover: what was not committed is gone, and nobody is told. */
  forgetUncommitted(): readonly Waiting[] {
    const lost = this.#waiting.splice(0)
    for (const { partition, records } of lost) this.#logOf(partition).length -= records
    return lost
  }

  async *load(partition: number): AsyncGenerator<readonly LoadedEntry[]> {
    const log = this.#logOf(partition)
    for (let at = 0; at < log.length; at += this.pieceSize) {
      const lent = log.slice(at, at + this.pieceSize).map(copyOf)
      await Promise.resolve()
      yield lent
      for (const entry of lent) if (entry.kind === 'record') overwrite(entry)
    }
  }

  #logOf(partition: number): LoadedEntry[] {
    const log = this.#partitions[partition]
    if (log === undefined) throw new RangeError(`no partition ${partition}`)
    return log
  }
}

interface Waiting {
  readonly partition: number
  readonly records: number
  resolve(): void
  reject(error: KafkaError): void
}

function copyOf(entry: LoadedEntry): LoadedEntry {
  if (entry.kind === 'marker') return entry
  return { ...entry, key: Buffer.from(entry.key), value: entry.value === null ? null : Buffer.from(entry.value) }
}

function overwrite({ key, value }: CoordinatorEntry): void {
  key.fill(0xee)
  value?.fill(0xee)
}
