import { Buffer } from 'node:buffer'
import type { Clock } from '@odradek/common/time'
import type { CoordinatorEntry, CoordinatorLog, LoadedEntry } from '@odradek/coordinator'
import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import {
  BATCH_HEADER_SIZE,
  buildBatch,
  isControlBatch,
  isTransactional,
  lastOffset,
  openBatchSync,
  producerId,
  readMarker,
  walkBatches,
} from '@odradek/protocol/records'
import type { RecordCursor } from '@odradek/protocol/records'
import { DelayedProduce } from './delayed-produce.ts'
import type { Failable } from './delayed-produce.ts'
import type { Replicas } from './replicas.ts'

export interface InternalTopicLogOptions {
  readonly topic: string
  readonly replicas: Replicas
  readonly clock: Clock
  /** How many partitions the topic will have, until it is made. */
  readonly partitionCount: () => number
}

/** The partitions of an internal topic, as the coordinator that lives in them sees them. */
export class InternalTopicLog implements CoordinatorLog {
  readonly #topic: string
  readonly #replicas: Replicas
  readonly #clock: Clock
  readonly #plannedPartitions: () => number

  constructor(options: InternalTopicLogOptions) {
    this.#topic = options.topic
    this.#replicas = options.replicas
    this.#clock = options.clock
    this.#plannedPartitions = options.partitionCount
  }

  partitionCount(): number {
    return this.#replicas.topic(this.#topic)?.partitionCount ?? this.#plannedPartitions()
  }

  maxAppendBytes(_partition: number): number {
    const settings = this.#replicas.topic(this.#topic)?.settings.log
    return settings === undefined ? 0 : Math.min(settings.maxMessageBytes, settings.segmentBytes) - BATCH_HEADER_SIZE
  }

  async append(partition: number, entries: readonly CoordinatorEntry[]): Promise<void> {
    const timestamp = this.#clock.now()
    const batch = buildBatch(entries.map(({ key, value }) => ({ key, value, timestamp })))
    try {
      const replica = this.#replicas.require(this.#topic, partition)
      const appended = await replica.append(batch, { origin: 'coordinator', apiVersion: newestApiVersion, allInSync: true })
      if (appended.lastOffset < replica.highWatermark) return
      const committing = new Committing()
      const request = new DelayedProduce(this.#replicas.deadlines)
      request.waitFor(replica.replicatedWaiters, appended.lastOffset, committing)
      await request.settled(committing)
      if (committing.error !== undefined) throw new KafkaError(committing.error)
    } catch (error) {
      throw this.#replicas.asKafkaError(error, `write to ${this.#topic}-${partition}`)
    }
  }

  async *load(partition: number): AsyncIterable<readonly LoadedEntry[]> {
    const replica = this.#replicas.require(this.#topic, partition)
    // What a damaged log still has would be an older state, taken for the last one: offsets would fall, groups be forgotten.
    replica.log.requireWhole()
    const end = replica.log.endOffset
    for (let offset = replica.log.startOffset; offset < end;) {
      const slice = await replica.read(offset, { reader: 'replica', maxBytes: loadBytes, atLeastOneBatch: true })
      try {
        const bytes = slice.chunks.length === 1 ? slice.chunks[0]! : Buffer.concat([...slice.chunks])
        const entries: LoadedEntry[] = []
        let next = offset
        walkBatches(bytes, 0, bytes.length, (position) => {
          readEntries(bytes, position, entries)
          next = lastOffset(bytes, position) + 1
        })
        if (next === offset)
          throw new KafkaError('CORRUPT_MESSAGE', `No batch can be read at offset ${offset} of ${this.#topic}-${partition}.`)
        offset = next
        yield entries
      } finally {
        slice.release()
      }
    }
  }
}

/** Bytes that are read at a time. */
const loadBytes = 1 << 20
/** No rule about old clients applies to what we write ourselves. */
const newestApiVersion = 32_767
/** What a batch of ours may inflate to. Nothing larger is ever written there. */
const inflateBytes = 32 << 20

class Committing implements Failable {
  error: ErrorName | undefined

  fail(error: ErrorName): void {
    // Too few replicas are in sync, but those that are have it: it lies below the high watermark, and will be read.
    if (error !== 'NOT_ENOUGH_REPLICAS_AFTER_APPEND') this.error = error
  }
}

function readEntries(bytes: Buffer, position: number, into: LoadedEntry[]): void {
  const cursor = openBatchSync(bytes, position, inflateBytes)
  if (isControlBatch(bytes, position)) return readMarkers(cursor, bytes, position, into)
  const transaction = isTransactional(bytes, position) ? { producerId: producerId(bytes, position) } : {}
  while (cursor.next()) {
    const key = cursor.key()
    if (key !== null)
      into.push({ kind: 'record', offset: cursor.offset, timestamp: cursor.timestamp, key, value: cursor.value(), ...transaction })
  }
}

function readMarkers(cursor: RecordCursor, bytes: Buffer, position: number, into: LoadedEntry[]): void {
  while (cursor.next()) {
    const marker = readMarker(cursor)
    if (marker === undefined) continue
    into.push({ kind: 'marker', offset: cursor.offset, producerId: producerId(bytes, position), committed: marker.type === 'commit' })
  }
}
