import type { Broker } from '@odradek/broker'
import { murmur2 } from '@odradek/common/bytes'
import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { BatchBuilder } from '@odradek/protocol/records'
import type { RecordInput } from '@odradek/protocol/records'
import { recordInput } from './produced-record.ts'
import type { ProducedRecord } from './produced-record.ts'
import type { RecordPlace } from './test-record.ts'

type Replicas = Broker['services']['replicas']
type Partition = NonNullable<ReturnType<Replicas['partition']>>

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

export interface AppendOptions {
  readonly topic: string
  readonly records: readonly ProducedRecord[]
  readonly compression: Compression
  readonly nowMs: number
  /** The partition after the last one of this topic to which a record without a key went. */
  readonly firstInTurn: number
}

/** A batch is ended when it has come to this. */
const batchBytes = 256 * 1024

/**
 * Appends records to a topic that is there, as batches in the order of their records, and resolves with their places when consumers may see them. The batches are
 * those that a client would send.
 */
export async function appendRecords(replicas: Replicas, options: AppendOptions): Promise<readonly RecordPlace[]> {
  const { topic, records, compression, nowMs } = options
  const places: RecordPlace[] = []
  const appending: Promise<void>[] = []
  for (const [partition, indexes] of byPartition(replicas, options)) {
    const replica = replicas.require(topic, partition)
    for (const batch of batchesOf(indexes, (index) => recordInput(records[index] ?? {}, nowMs), compression)) {
      const placed = append(replica, batch.bytes).then((first) => {
        for (const [place, index] of batch.indexes.entries()) places[index] = { topic, partition, offset: first + place }
      })
      appending.push(placed)
    }
  }
  await Promise.all(appending)
  return places
}

/** Indexes of the records that go to each partition. */
function byPartition(replicas: Replicas, { topic, records, firstInTurn }: AppendOptions): ReadonlyMap<number, readonly number[]> {
  const count = replicas.topic(topic)?.partitionCount ?? 0
  const chosen = new Map<number, number[]>()
  let inTurn = firstInTurn
  for (const [index, record] of records.entries()) {
    const { key } = recordInput(record, 0)
    const partition = record.partition ?? (key === null || key === undefined ? inTurn++ % count : (murmur2(key) & 0x7fffffff) % count)
    const indexes = chosen.get(partition)
    if (indexes === undefined) chosen.set(partition, [index])
    else indexes.push(index)
  }
  return chosen
}

function* batchesOf(
  indexes: readonly number[],
  recordAt: (index: number) => RecordInput,
  codec: Compression,
): Iterable<{ readonly bytes: Buffer; readonly indexes: readonly number[] }> {
  let builder = new BatchBuilder({ codec })
  let taken: number[] = []
  for (const index of indexes) {
    builder.append(recordAt(index))
    taken.push(index)
    if (builder.sizeInBytes < batchBytes) continue
    yield { bytes: builder.build(), indexes: taken }
    builder = new BatchBuilder({ codec })
    taken = []
  }
  if (taken.length > 0) yield { bytes: builder.build(), indexes: taken }
}

/** Gives the offset of the first record when the batch lies below the high watermark. */
async function append(partition: Partition, batch: Buffer): Promise<number> {
  const { baseOffset, lastOffset } = await partition.append(batch, { origin: 'client', apiVersion: newestApiVersion, allInSync: true })
  if (lastOffset < partition.highWatermark) return baseOffset
  await new Promise<void>((resolve, reject) => {
    partition.replicatedWaiters.add({
      offset: lastOffset,
      reached: (error: ErrorName | undefined) => {
        if (error === undefined) resolve()
        else reject(new KafkaError(error))
      },
      before: undefined,
      after: undefined,
      waitsIn: undefined,
    })
  })
  return baseOffset
}

const newestApiVersion = 13
