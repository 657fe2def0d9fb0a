import type { Buffer } from 'node:buffer'
import { compress, compressSync } from '@odradek/protocol/compression'
import type { Codec } from '@odradek/protocol/compression'
import { BATCH_HEADER_SIZE } from '@odradek/protocol/records'
import type { Accumulator } from './accumulator.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { ProducerBatch } from './producer-batch.ts'

/** Up to here a thread costs more than it saves: handing over takes 16 to 45 µs. */
const gzipSyncBytes = 32 * 1024
const otherSyncBytes = 64 * 1024

export interface SealerParts {
  readonly codec: Codec
  readonly level: number | undefined
  readonly accumulator: Accumulator
  /** A batch that was compressed elsewhere is ready. */
  readonly ready: () => void
  /** The codec has thrown. */
  readonly failed: (queue: PartitionQueue, batch: ProducerBatch, error: Error) => void
}

/** Compresses batches that are full or about to leave: small ones at once, larger ones in another thread. Each keeps its place in its queue. */
export class Sealer {
  readonly #parts: SealerParts
  readonly #syncBytes: number

  constructor(parts: SealerParts) {
    this.#parts = parts
    this.#syncBytes = parts.codec === 'gzip' ? gzipSyncBytes : otherSyncBytes
  }

  /** False: it is being compressed; `ready` will be called. */
  seal(queue: PartitionQueue, batch: ProducerBatch): boolean {
    const { codec, level } = this.#parts
    if (codec === 'none' || batch.compressed !== undefined) return true
    if (batch.isCompressing) return false
    const records = batch.records()
    try {
      if (records.length <= this.#syncBytes || codec === 'lz4' || codec === 'snappy') {
        this.#sealed(queue, batch, compressSync(codec, records, level))
        return true
      }
    } catch (error) {
      this.#failed(queue, batch, error)
      return false
    }
    batch.isCompressing = true
    compress(codec, records, level).then(
      (compressed) => {
        batch.isCompressing = false
        this.#sealed(queue, batch, compressed)
        this.#parts.ready()
      },
      (error: unknown) => {
        batch.isCompressing = false
        this.#failed(queue, batch, error)
      },
    )
    return false
  }

  #sealed(queue: PartitionQueue, batch: ProducerBatch, compressed: Buffer): void {
    // It may have expired in the meantime.
    if (!queue.batches.includes(batch)) return
    const ratio = compressed.length / (batch.size - BATCH_HEADER_SIZE)
    batch.compressionRatio = ratio
    queue.home.compressionRatio = nextEstimate(queue.home.compressionRatio, ratio)
    this.#parts.accumulator.compressed(batch, compressed)
  }

  #failed(queue: PartitionQueue, batch: ProducerBatch, error: unknown): void {
    if (!queue.batches.includes(batch)) return
    queue.remove(batch)
    this.#parts.failed(queue, batch, error instanceof Error ? error : new Error(String(error)))
  }
}

/** Quickly worse, slowly better: a batch that turns out too large costs a round trip. */
export function nextEstimate(estimate: number, observed: number): number {
  return observed > estimate ? Math.max(estimate + 0.05, observed) : Math.max(estimate - 0.005, observed)
}
