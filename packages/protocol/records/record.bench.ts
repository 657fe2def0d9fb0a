import { Buffer } from 'node:buffer'
import * as batch from './batch.ts'
import { findBatchProblem } from './batch-checks.ts'
import { BatchBuilder } from './batch-builder.ts'
import { scanRecords } from './record-checks.ts'
import { RecordCursor } from './record-cursor.ts'

/**
 * What a batch costs: `node packages/protocol/records/record.bench.ts`. Best of five, ns for each record and µs for each batch.
 */
const rounds = 5

function measure(times: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const started = process.hrtime.bigint()
    for (let i = 0; i < times; i++) run()
    best = Math.min(best, Number(process.hrtime.bigint() - started) / times)
  }
  return best
}

function build(valueSize: number, count: number, headers: number): Buffer {
  const builder = new BatchBuilder()
  const value = Buffer.alloc(valueSize, 'v')
  const list = Array.from({ length: headers }, (_, i) => ({ key: `header-${i}`, value }))
  for (let i = 0; i < count; i++) builder.append({ key: Buffer.from(`key-${i}`), value, headers: list, timestamp: 1_700_000_000_000 + i })
  return builder.build()
}

const cursor = new RecordCursor()
for (const [valueSize, count, headers] of [
  [100, 1, 0],
  [100, 140, 0],
  [1000, 16, 0],
  [100, 800, 0],
  [20, 100, 3],
] as const) {
  const bytes = build(valueSize, count, headers)
  const times = Math.ceil(2_000_000 / count)
  const checks = measure(times, () => findBatchProblem(bytes, 0, bytes.length))
  const patch = measure(times, () => batch.assignOffset(bytes, 0, 123_456_789, 5))
  batch.assignOffset(bytes, 0, 0, -1)
  const scan = measure(times, () => scanRecords(bytes, 0))
  const walk = measure(times, () => {
    cursor.openBatch(bytes, 0)
    while (cursor.next());
  })
  const built = measure(Math.ceil(times / 10), () => build(valueSize, count, headers))
  console.log(
    `${String(count).padStart(4)} records of ${String(valueSize).padStart(4)} B, ${headers} headers, batch ${String(bytes.length).padStart(6)} B:`,
    `header and CRC ${(checks / 1000).toFixed(2)} µs, patch ${patch.toFixed(1)} ns,`,
    `scan ${(scan / count).toFixed(1)}, cursor ${(walk / count).toFixed(1)} ns a record, build ${(built / count).toFixed(0)} ns a record`,
  )
}
