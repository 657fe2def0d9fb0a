import { Buffer } from 'node:buffer'
import { BatchBuilder } from './batch-builder.ts'
import type { RecordCursor } from './record-cursor.ts'

/** What ends a transaction in a partition. */
export type MarkerType = 'abort' | 'commit'

export interface Marker {
  readonly type: MarkerType
  /** Of the transaction coordinator that decided it. */
  readonly coordinatorEpoch: number
}

const codes = { abort: 0, commit: 1 } as const

export interface MarkerBatchOptions extends Marker {
  readonly producerId: number
  readonly producerEpoch: number
  readonly timestampMs: number
  readonly baseOffset?: number
  readonly leaderEpoch?: number
}

/** The control batch with one marker: it takes one offset, has no sequence and is never compressed. */
export function buildMarkerBatch(options: MarkerBatchOptions): Buffer {
  const { type, coordinatorEpoch, timestampMs, ...fields } = options
  const builder = new BatchBuilder({ ...fields, transactional: true, control: true })
  builder.append({ key: markerKey(type), value: markerValue(coordinatorEpoch), timestamp: timestampMs })
  return builder.build()
}

/** The marker on which the cursor of a control batch stands; undefined for a control record of another kind, which readers skip. */
export function readMarker(record: RecordCursor): Marker | undefined {
  if (record.keyLength < 4 || record.valueLength < 6) return undefined
  if (record.buffer.readInt16BE(record.keyStart) < 0 || record.buffer.readInt16BE(record.valueStart) < 0) return undefined
  const code = record.buffer.readInt16BE(record.keyStart + 2)
  if (code !== codes.abort && code !== codes.commit) return undefined
  return { type: code === codes.commit ? 'commit' : 'abort', coordinatorEpoch: record.buffer.readInt32BE(record.valueStart + 2) }
}

/** int16 version 0, int16 type. */
function markerKey(type: MarkerType): Buffer {
  const key = Buffer.alloc(4)
  key.writeInt16BE(codes[type], 2)
  return key
}

/** int16 version 0, int32 coordinator epoch. */
function markerValue(coordinatorEpoch: number): Buffer {
  const value = Buffer.alloc(6)
  value.writeInt32BE(coordinatorEpoch, 2)
  return value
}
