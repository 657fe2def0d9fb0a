import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { compressSync } from './compress.ts'
import { inflateSync } from './inflate.ts'
import { xxh32 } from './xxh32.ts'

const inflate = (bytes: Buffer, maxOutput = 1_000_000): Buffer => inflateSync('lz4', bytes, maxOutput)

/** Frames of the reference implementation. */
const linkedBlocks = Buffer.from(
  '04224d185440ae2d00008054686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f672e2094cf478b' +
    '0e0000000f2d0018902c20616761696e2e20337a34e6000000009d3cf24e',
  'hex',
)
const linkedText = 'The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog, again. '
const withEverything = Buffer.from(
  '04224d187c407e0400000000000071e7000000f30d7265636f72642030206f662061206c696e6b6564206672616d653b201c001f311c00081f321c00' +
    '081f331c00081f341c00081f351c00081f361c00081f371c00081f381c00081f391c00081f3119010a0f1a01091f311b01091f311c01091f311d01' +
    '091f311e01091f311f01091f312001091f312101091f312201091f322201091f322201091f322201091f322201091f322201091f322201091f3222' +
    '01091f322201091f322201091f322201091f332201091f332201091f332201091f332201091f332201091f332201091f332201091f332201091f33' +
    '2201091c33220150616d653b201da58c6b000000009e5f61ec',
  'hex',
)
const everythingText = Array.from({ length: 40 }, (_, i) => `record ${i} of a linked frame; `).join('')

/** A copy with changed header bytes and the checksum that fits them. */
function withHeader(frame: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(frame)
  change(copy)
  const end = ((copy[4] ?? 0) & 8) === 0 ? 6 : 14
  copy[end] = (xxh32(copy, 4, end) >>> 8) & 0xff
  return copy
}

test('the frame is that of the Java client: version 1, independent blocks of 64 KiB, no checksums', () => {
  assert.equal(compressSync('lz4', Buffer.from('abc')).toString('hex'), '04224d186040820300008061626300000000')
})

test('blocks that refer to earlier ones, sizes and checksums of all kinds are read', () => {
  assert.equal(inflate(linkedBlocks).toString(), linkedText)
  assert.equal(inflate(withEverything).toString(), everythingText)
})

test('each checksum is looked at', () => {
  const cases = [
    [6, /checksum of the header/],
    [withEverything.length - 12, /checksum of a block|too long|before the data|ends with a match|cut off/],
    [withEverything.length - 1, /checksum of the content/],
  ] as const
  for (const [at, message] of cases) {
    const damaged = Buffer.from(withEverything)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    assert.throws(() => inflate(damaged), { fault: 'CORRUPT', message })
  }
})

test('what the header announces must come', () => {
  const short = withHeader(withEverything, (copy) => copy.writeUInt32LE(1137, 6))
  assert.throws(() => inflate(short), { fault: 'CORRUPT', message: /another size/ })
  const long = withHeader(withEverything, (copy) => copy.writeUInt32LE(1139, 6))
  assert.throws(() => inflate(long), { fault: 'CORRUPT', message: /another size/ })
})

test('a size beyond the limit, or beyond all reason, is refused before anything is allocated', () => {
  const huge = withHeader(withEverything, (copy) => copy.writeUInt32LE(0x7fff_ffff, 6))
  assert.throws(() => inflate(huge), { fault: 'TOO_LARGE' })
  assert.throws(() => inflate(huge, 2 ** 40), { fault: 'CORRUPT', message: /cannot hold/ })
})

test('more than allowed is refused, and exactly as much is not', () => {
  const zeros = compressSync('lz4', Buffer.alloc(200_000))
  assert.ok(zeros.length < 1000)
  assert.equal(inflate(zeros, 200_000).length, 200_000)
  assert.throws(() => inflate(zeros, 199_999), { fault: 'TOO_LARGE' })
  assert.throws(() => inflate(zeros, 10), { fault: 'TOO_LARGE' })
  const stored = compressSync('lz4', Buffer.from('abc'))
  assert.equal(inflate(stored, 3).toString(), 'abc')
  assert.throws(() => inflate(stored, 2), { fault: 'TOO_LARGE' })
})

test('other versions and dictionaries are said to be unsupported', () => {
  const frame = compressSync('lz4', Buffer.from('abc'))
  const otherVersion = withHeader(frame, (copy) => copy.writeUInt8(0xa0, 4))
  assert.throws(() => inflate(otherVersion), { fault: 'UNSUPPORTED', message: /version/ })
  const dictionary = withHeader(frame, (copy) => copy.writeUInt8(0x61, 4))
  assert.throws(() => inflate(dictionary), { fault: 'UNSUPPORTED', message: /dictionary/ })
})

test('damage is told apart by what is wrong', () => {
  const frame = compressSync('lz4', Buffer.from('abc'))
  const body = (...bytes: readonly number[]): Buffer => {
    const size = Buffer.alloc(4)
    size.writeUInt32LE(bytes.length)
    return Buffer.concat([frame.subarray(0, 7), size, Buffer.from(bytes), Buffer.alloc(4)])
  }
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [Buffer.alloc(0), /not an LZ4 frame/],
    [Buffer.from('hello world'), /not an LZ4 frame/],
    [withHeader(frame, (copy) => copy.writeUInt8(0x62, 4)), /bits that are reserved/],
    [withHeader(frame, (copy) => copy.writeUInt8(0x30, 5)), /bits that are reserved/],
    [withHeader(frame, (copy) => copy.writeUInt8(0x41, 5)), /bits that are reserved/],
    [frame.subarray(0, frame.length - 4), /the frame is cut off/],
    [frame.subarray(0, frame.length - 6), /a block is cut off/],
    [Buffer.concat([frame.subarray(0, 7), Buffer.from([0, 0, 2, 0])]), /larger than the header allows/],
    [body(0x40, 97), /literal is too long/],
    [body(0xf0, 255), /length is cut off/],
    [body(0x10, 97, 1), /distance is cut off/],
    [body(0x10, 97, 2, 0), /begins before the data/],
    [body(0x10, 97, 0, 0), /begins before the data/],
    [body(0x1f, 97, 1, 0, 255), /length is cut off/],
    [body(0x10, 97, 1, 0), /ends with a match/],
  ]
  for (const [bytes, message] of cases)
    assert.throws(() => inflate(bytes), { name: 'CompressionError', fault: 'CORRUPT', message }, bytes.toString('hex'))
})

test('blocks said to be independent may not refer to earlier ones', () => {
  const independent = withHeader(linkedBlocks, (copy) => copy.writeUInt8((copy[4] ?? 0) | 0x20, 4))
  assert.throws(() => inflate(independent), { fault: 'CORRUPT', message: /begins before the data/ })
})
