import type { PartitionQueue } from './partition-queue.ts'
import type { Parcel } from './produce-request.ts'

/** Which batches may leave now. */
export interface Gate {
  /** Whether the first batch of the queue is ready and in its turn. */
  mayLeave(queue: PartitionQueue): boolean
  /** Closes the first batch and compresses it. False: that takes a while. */
  prepare(queue: PartitionQueue): boolean
  /** The first batch leaves: it gets its sequence. */
  leave(queue: PartitionQueue): void
}

export interface Drained {
  readonly parcels: readonly Parcel[]
  /** Where the next request should begin, so that no partition is always last. */
  readonly next: number
}

/**
 * The batches of one request: one of each partition, from `from` on in a circle, until `maxBytes` are full, with what stands around them.
 * A batch that is too large alone goes alone.
 */
export function drain(queues: readonly PartitionQueue[], from: number, maxBytes: number, gate: Gate): Drained {
  const parcels: Parcel[] = []
  let bytes = aroundAll
  const count = queues.length
  for (let i = 0; i < count; i++) {
    const at = (from + i) % count
    const queue = queues[at]
    if (queue === undefined || !gate.mayLeave(queue) || !gate.prepare(queue)) continue
    const batch = queue.batches[0]
    if (batch === undefined) continue
    bytes += batch.sizeInBytes + queue.topic.length + aroundEach
    if (parcels.length > 0 && bytes > maxBytes) return { parcels, next: at }
    gate.leave(queue)
    queue.batches.shift()
    parcels.push({ queue, batch })
  }
  return { parcels, next: count === 0 ? 0 : (from + 1) % count }
}

/** Of a request without its batches: size, header with a client id, terms, perhaps a transactional id; at most about so many bytes. */
const aroundAll = 128
/** Of a batch: topic and partition, lengths and tags, beside a name. */
const aroundEach = 32
