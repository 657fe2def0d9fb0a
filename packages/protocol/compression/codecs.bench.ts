import { Buffer } from 'node:buffer'
import { codecs } from './codec.ts'
import { compressSync } from './compress.ts'
import { inflateSync } from './inflate.ts'

/** MB/s of each codec on this thread: `node packages/protocol/compression/codecs.bench.ts`. Best of five. */
function measure(bytes: number, run: () => void): string {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    const started = process.hrtime.bigint()
    let times = 0
    while (process.hrtime.bigint() - started < 100_000_000n) {
      run()
      times++
    }
    best = Math.min(best, Number(process.hrtime.bigint() - started) / times)
  }
  return `${((bytes / best) * 1000).toFixed(0).padStart(5)} MB/s`
}

const json = Buffer.from(
  Array.from({ length: 6000 }, (_, i) =>
    JSON.stringify({ id: i, name: `customer ${(i * 7919) % 1000}`, amount: (i * 31) % 977, paid: i % 3 === 0 }),
  ).join('\n'),
)
const noise = Buffer.alloc(300_000)
for (let i = 0, state = 1; i < noise.length; i++) noise[i] = (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16

for (const [name, bytes] of [
  ['json', json],
  ['json 2 KB', json.subarray(0, 2000)],
  ['noise', noise],
  ['zeros', Buffer.alloc(300_000)],
] as const) {
  for (const codec of codecs) {
    if (codec === 'none') continue
    const compressed = compressSync(codec, bytes)
    const compress = measure(bytes.length, () => compressSync(codec, bytes))
    const inflate = measure(bytes.length, () => inflateSync(codec, compressed, 1 << 20))
    const ratio = ((100 * compressed.length) / bytes.length).toFixed(1).padStart(5)
    console.log(`${name.padEnd(10)} ${codec.padEnd(7)} to ${ratio} %, compress ${compress}, inflate ${inflate}`)
  }
}
