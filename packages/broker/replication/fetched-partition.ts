import type { LogSlice } from '@odradek/log'
import type { FetchTarget } from '../fetch-sessions.ts'
import type { KafkaError } from '@odradek/protocol'
import type { FetchReader } from './delayed-fetch.ts'
import type { Partition } from './partition.ts'

/** What a fetch found in one partition, in the form in which the answer says it. */
export class FetchedPartition {
  readonly target: FetchTarget
  readonly partitionIndex: number
  errorCode = 0
  highWatermark = -1
  lastStableOffset = -1
  logStartOffset = -1
  /** Where the reader's history and ours part (KIP-595); nothing is read then. */
  divergingEpoch: { readonly epoch: number; readonly endOffset: number } | undefined
  /** Null for readers who want aborted records too. */
  abortedTransactions: readonly [] | null = null
  #slice: LogSlice | undefined

  constructor(target: FetchTarget) {
    this.target = target
    this.partitionIndex = target.partition
  }

  get records(): readonly Buffer[] {
    return this.#slice?.chunks ?? noChunks
  }

  get bytes(): number {
    return this.#slice?.bytes ?? 0
  }

  /** Whether a session tells this although nothing else has changed. */
  get notable(): boolean {
    return this.divergingEpoch !== undefined
  }

  /** Notes how far the partition reaches, which readers want to know also when there are no records for them. */
  describe(partition: Partition, reader: FetchReader): void {
    this.highWatermark = partition.highWatermark
    this.lastStableOffset = partition.lastStableOffset
    this.logStartOffset = partition.log.startOffset
    if (reader === 'read-committed') this.abortedTransactions = []
  }

  hold(slice: LogSlice): void {
    if (slice.bytes > 0) this.#slice = slice
    else slice.release()
  }

  fail(error: KafkaError): void {
    this.release()
    this.errorCode = error.wireCode
    this.highWatermark = -1
    this.lastStableOffset = -1
    this.logStartOffset = -1
  }

  /** Gives the log its buffers back. */
  release(): void {
    this.#slice?.release()
    this.#slice = undefined
  }
}

const noChunks: readonly Buffer[] = []
