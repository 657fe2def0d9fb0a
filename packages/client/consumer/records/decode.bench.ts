import { Buffer } from 'node:buffer'
import { BatchBuilder } from '@odradek/protocol/records'
import { FetchedData } from '../fetch/fetched-data.ts'
import { ReadTopic } from './read-topic.ts'
import { LazyRecord } from './lazy-record.ts'
import { SliceIterator } from './slice.ts'

/** What reading records costs: `node packages/client/consumer/records/decode.bench.ts`. Best of five, ns a record. */
const rounds = 5

function measure(records: number, run: () => number): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const started = process.hrtime.bigint()
    let done = 0
    while (done < records) done += run()
    best = Math.min(best, Number(process.hrtime.bigint() - started) / done)
  }
  return best
}

function build(valueSize: number, perBatch: number, batches: number): Buffer {
  const list: Buffer[] = []
  for (let b = 0; b < batches; b++) {
    const builder = new BatchBuilder({ baseOffset: b * perBatch, leaderEpoch: 3 })
    for (let i = 0; i < perBatch; i++) builder.append({ value: Buffer.alloc(valueSize, 'v'), timestamp: 1_700_000_000_000 + i })
    list.push(builder.build())
  }
  return Buffer.concat(list)
}

for (const [valueSize, perBatch] of [
  [100, 140],
  [100, 1000],
  [1000, 16],
] as const) {
  const bytes = build(valueSize, perBatch, Math.ceil(1_000_000 / (valueSize * perBatch)))
  const topic = new ReadTopic('t')
  let sum = 0
  const through = (visit: (data: FetchedData) => number) => () => {
    const data = new FetchedData({
      topic,
      partition: 0,
      bytes,
      fetchOffset: 0,
      aborted: undefined,
      checkCrcs: true,
      decompressedBatchMaxBytes: 1e8,
    })
    return visit(data)
  }
  const each = (reused: boolean, look: (record: LazyRecord) => void) =>
    through((data) => {
      let count = 0
      for (;;) {
        const slice = data.take(500)
        if (slice === undefined) return count
        count += slice.count
        for (const record of new SliceIterator(slice.segments, reused ? new LazyRecord(slice.segments[0]!.batch, 0) : undefined))
          look(record)
      }
    })
  const figures = {
    'open and count': through((data) => {
      let count = 0
      for (let slice = data.take(500); slice !== undefined; slice = data.take(500)) count += slice.count
      return count
    }),
    'lazy, untouched': each(false, () => {}),
    'lazy, offset': each(false, (record) => (sum += record.offset)),
    'lazy, value': each(false, (record) => (sum += record.rawValue!.length)),
    'cursor, untouched': each(true, () => {}),
    'cursor, offset and time': each(true, (record) => (sum += record.offset + record.timestamp)),
    'cursor, value': each(true, (record) => (sum += record.rawValue!.length)),
  }
  console.log(`${valueSize} B, ${perBatch} a batch:`)
  for (const [name, run] of Object.entries(figures)) {
    const ns = measure(1_000_000, run)
    console.log(`  ${name.padEnd(26)} ${ns.toFixed(1).padStart(6)} ns  ${(1000 / ns).toFixed(1).padStart(5)} M/s`)
  }
  if (sum === 0) console.log(sum)
}
