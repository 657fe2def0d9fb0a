import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import * as zlib from 'node:zlib'
import * as fc from 'fast-check'
import { codecIdOf, codecOf, codecs, isCodec } from './codec.ts'
import { compress, compressSync } from './compress.ts'
import { CompressionError } from './compression-error.ts'
import { inflate, inflateSync } from './inflate.ts'

const mebibyte = 1024 * 1024
const compressing = codecs.filter((codec) => codec !== 'none')

/** Bytes of many kinds: noise, runs, and repetitions near and far. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((part) => Buffer.from(part)),
      fc.tuple(fc.nat(255), fc.nat(5000)).map(([byte, length]) => Buffer.alloc(length, byte)),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.nat(3000)).map(([part, length]) => Buffer.alloc(length, part)),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts))

test('bytes come back as they went in, with every codec, at once or not', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom(...codecs), async (input, codec) => {
      const compressed = await compress(codec, input)
      assert.ok(input.equals(await inflate(codec, compressed, input.length)))
      assert.ok(input.equals(inflateSync(codec, compressSync(codec, input), input.length)))
    }),
    { numRuns: 200 },
  )
})

test('large inputs come back as they went in', async () => {
  const input = Buffer.from(Array.from({ length: 3 * mebibyte }, (_, i) => ((i * i) >>> 9) ^ (i >>> 3)))
  for (const codec of codecs) {
    assert.ok(input.equals(await inflate(codec, await compress(codec, input), 3 * mebibyte)), codec)
  }
})

test('one byte more than allowed is refused', async () => {
  const input = Buffer.alloc(5000, 'abcdefg')
  for (const codec of codecs) {
    const compressed = compressSync(codec, input)
    assert.throws(() => inflateSync(codec, compressed, 4999), { fault: 'TOO_LARGE' }, codec)
    await assert.rejects(inflate(codec, compressed, 4999), { fault: 'TOO_LARGE' }, codec)
    await assert.rejects(inflate(codec, compressed, 0), { fault: 'TOO_LARGE' }, codec)
  }
})

test('a member or frame behind another is read as its continuation', async () => {
  const parts = [Buffer.from('first '), Buffer.from('second '), Buffer.alloc(70_000, 'third ')]
  const expected = Buffer.concat(parts)
  const several = {
    gzip: Buffer.concat(parts.map((part) => zlib.gzipSync(part))),
    zstd: Buffer.concat(parts.map((part) => zlib.zstdCompressSync(part))),
  }
  for (const codec of ['gzip', 'zstd'] as const) {
    assert.ok(expected.equals(inflateSync(codec, several[codec], expected.length)), codec)
    assert.ok(expected.equals(await inflate(codec, several[codec], expected.length)), codec)
    assert.throws(() => inflateSync(codec, several[codec], expected.length - 1), { fault: 'TOO_LARGE' })
  }
})

test('thousands of empty frames are taken for an attempt to keep us busy', async () => {
  const empty = zlib.zstdCompressSync(Buffer.alloc(0))
  const frames = Buffer.concat(Array.from({ length: 5000 }, () => empty))
  await assert.rejects(inflate('zstd', frames, 1000), { fault: 'CORRUPT', message: /too many frames/ })
})

test('a few kilobytes that would become 256 MiB are refused, and never take more memory than is allowed', async () => {
  const zeros = Buffer.alloc(16 * mebibyte)
  const sixteen = (member: Buffer): Buffer => Buffer.concat(Array.from({ length: 16 }, () => member))
  const bombs = {
    gzip: sixteen(zlib.gzipSync(zeros)),
    zstd: sixteen(zlib.zstdCompressSync(zeros)),
    'one frame of zstd': zlib.zstdCompressSync(Buffer.alloc(64 * mebibyte)),
    lz4: compressSync('lz4', Buffer.alloc(64 * mebibyte)),
    snappy: compressSync('snappy', Buffer.alloc(64 * mebibyte)),
  }
  for (const [name, bomb] of Object.entries(bombs)) {
    const codec = codecs.find((each) => name.endsWith(each)) ?? 'none'
    const before = process.memoryUsage().arrayBuffers
    let most = before
    const refused = assert.rejects(inflate(codec, bomb, 8 * mebibyte), { fault: 'TOO_LARGE' }, name)
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 0)
    await refused
    clearInterval(watch)
    most = Math.max(most, process.memoryUsage().arrayBuffers)
    assert.ok(most - before < 24 * mebibyte, `${name} took ${((most - before) / mebibyte).toFixed(1)} MiB`)
  }
})

test('a long inflation lets others have their turn', async () => {
  const input = Buffer.alloc(16 * mebibyte, 'some text that repeats ')
  for (const codec of ['snappy', 'lz4'] as const) {
    const compressed = compressSync(codec, input)
    let turns = 0
    const count = (): void => {
      turns++
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    await inflate(codec, compressed, input.length)
    clearImmediate(next)
    assert.ok(turns >= 16, `${codec}: ${turns} turns`)
  }
})

/** What came out, or that it was refused; anything else fails the test. */
async function outcome(codec: (typeof codecs)[number], damaged: Buffer): Promise<void> {
  const maxOutput = 100_000
  for (const run of [() => inflate(codec, damaged, maxOutput), async () => inflateSync(codec, damaged, maxOutput)]) {
    try {
      assert.ok((await run()).length <= maxOutput)
    } catch (error) {
      assert.ok(error instanceof CompressionError, String(error))
    }
  }
}

test('random bytes are refused or inflated, never thrown at in another way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.constantFrom(...compressing), (noise, codec) =>
      outcome(codec, Buffer.from(noise)),
    ),
  )
})

test('changed and missing bytes are refused or inflated, never thrown at in another way', async () => {
  const input = Buffer.concat([Buffer.alloc(300, 'abc'), Buffer.from('something else '), Buffer.alloc(500, 7), Buffer.from('the end')])
  const whole = Object.fromEntries(compressing.map((codec) => [codec, compressSync(codec, input)]))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...compressing), fc.nat(), fc.nat(255), fc.boolean(), async (codec, place, byte, cut) => {
      const damaged = Buffer.from(whole[codec] ?? [])
      const at = place % damaged.length
      if (!cut) damaged[at] = byte
      await outcome(codec, cut ? damaged.subarray(0, at) : damaged)
    }),
    { numRuns: 600 },
  )
})

test('codecs have the numbers of the batch attributes', () => {
  assert.deepEqual(codecs.map(codecIdOf), [0, 1, 2, 3, 4])
  assert.equal(codecOf(3), 'lz4')
  assert.throws(() => codecOf(5), { fault: 'UNSUPPORTED' })
  assert.equal(isCodec('zstd'), true)
  assert.equal(isCodec('producer'), false)
})
