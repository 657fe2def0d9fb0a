import { Buffer } from 'node:buffer'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { crc32c, crc32cByTable } from './crc32c.ts'

/** Nanoseconds of one call, best of five rounds. Run it with `node packages/common/bytes/bytes.bench.ts`. */
function measure(name: string, count: number, work: (count: number) => void): void {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint()
    work(count)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count)
  }
  console.log(`${name.padEnd(40)} ${best.toFixed(1)} ns`)
}

let sink = 0
const message = new ByteWriter(64)
message.int16(9)
message.int32(77)
message.utf8WithInt16Length('my-client-1')
message.int64(1_700_000_000_000)
message.uvarint(300)
const bytes = Buffer.from(message.finish())

measure('read a header of 5 fields', 2e6, (count) => {
  for (let i = 0; i < count; i++) {
    const reader = new ByteReader(bytes, 0, bytes.length)
    sink += reader.int16() + reader.int32() + reader.utf8(reader.int16()).length + reader.int64() + reader.uvarint()
  }
})
measure('read 6 int32', 2e6, (count) => {
  for (let i = 0; i < count; i++) {
    const reader = new ByteReader(bytes, 0, bytes.length)
    for (let n = 0; n < 6; n++) sink += reader.int32()
  }
})
const writer = new ByteWriter(256)
measure('write a header of 5 fields', 2e6, (count) => {
  for (let i = 0; i < count; i++) {
    writer.reset()
    writer.int16(9)
    writer.int32(i)
    writer.utf8WithInt16Length('my-client-1')
    writer.int64(1_700_000_000_000 + i)
    writer.uvarint(i & 1023)
    sink += writer.size
  }
})
measure('write 8 int64', 2e6, (count) => {
  for (let i = 0; i < count; i++) {
    writer.reset()
    for (let n = 0; n < 8; n++) writer.int64(1_700_000_000_000 + n)
  }
})
for (const length of [64, 1024, 16_384]) {
  const block = Buffer.alloc(length, 7)
  measure(`crc32c of ${length} bytes`, 2e9 / length / 20, (count) => {
    for (let i = 0; i < count; i++) sink += crc32c(block, 0, length)
  })
  measure(`crc32c by table of ${length} bytes`, 2e9 / length / 20, (count) => {
    for (let i = 0; i < count; i++) sink += crc32cByTable(block, 0, length)
  })
}
if (sink === 0) throw new Error('nothing was measured')
