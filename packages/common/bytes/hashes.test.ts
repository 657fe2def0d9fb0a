import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SeededRandom } from '../random/seeded-random.ts'
import { crc32c, crc32cByTable, crc32cInWasm } from './crc32c.ts'
import { javaHashCode } from './java-hash-code.ts'
import { murmur2 } from './murmur2.ts'
import { isUuid, randomUuid, ZERO_UUID } from './uuid.ts'

test('CRC32C in WebAssembly goes on where its memory ends', () => {
  const random = new SeededRandom(7)
  for (const size of [65_535, 65_536, 65_537, 131_072, 200_001]) {
    const bytes = Buffer.from(Array.from({ length: size }, () => random.nextInt(256)))
    assert.equal(crc32cInWasm(bytes, 3, size, 99), crc32cByTable(bytes, 3, size, 99))
  }
})

test('CRC32C gives the check value of the standard and those of RFC 3720', () => {
  for (const checksum of [crc32c, crc32cInWasm, crc32cByTable]) {
    const of = (bytes: Buffer) => checksum(bytes, 0, bytes.length).toString(16)
    assert.equal(of(Buffer.from('123456789')), 'e3069283')
    assert.equal(of(Buffer.alloc(32)), '8a9136aa')
    assert.equal(of(Buffer.alloc(32, 0xff)), '62a8ab43')
    assert.equal(of(Buffer.from(Array.from({ length: 32 }, (_, i) => i))), '46dd794e')
  }
})

test('CRC32C is the same natively, in WebAssembly and by table, over any slice, in one go and in pieces', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 700, size: 'max' }), fc.nat(700), fc.nat(700), (bytes, a, b) => {
      const [start, end] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)]
      const expected = crc32cByTable(bytes, 0, bytes.length)
      assert.equal(crc32c(bytes), expected)
      assert.equal(crc32cInWasm(bytes, 0, bytes.length), expected)
      assert.equal(crc32cInWasm(bytes, start, end), crc32c(bytes, start, end))
      assert.equal(crc32cInWasm(bytes, start, bytes.length, crc32c(bytes, 0, start)), expected)
      assert.equal(crc32c(bytes, start, end), crc32cByTable(bytes.slice(start, end), 0, end - start))
      assert.equal(crc32c(bytes, start, bytes.length, crc32c(bytes, 0, start)), expected)
    }),
  )
})

test('keys go to the partitions to which Java sends them', () => {
  const expected = {
    21: -973932308,
    foobar: -790332482,
    'a-little-bit-long-string': -985981536,
    'a-little-bit-longer-string': -1486304829,
    lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
    abc: 479470107,
  }
  for (const [key, hash] of Object.entries(expected)) {
    assert.equal(murmur2(Buffer.from(key)), hash, key)
    assert.equal(murmur2(Buffer.from(`..${key}...`), 2, 2 + key.length), hash, `${key} within a buffer`)
  }
})

test('groups go to the partitions of __consumer_offsets to which Java sends them', () => {
  assert.equal(javaHashCode(''), 0)
  assert.equal(javaHashCode('console-consumer-12345'), 158455506)
  assert.equal(javaHashCode('polygenelubricants'), -(2 ** 31))
})

test('random uuids are of version 4, are valid, and never look like an option', () => {
  const random = new SeededRandom('uuids')
  const seen = new Set(Array.from({ length: 500 }, () => randomUuid(random)))
  assert.equal(seen.size, 500)
  for (const uuid of seen) {
    assert.ok(isUuid(uuid) && !uuid.startsWith('-'), uuid)
    const bytes = Buffer.from(uuid, 'base64url')
    assert.equal(bytes.length, 16)
    assert.equal((bytes[6] ?? 0) >> 4, 4)
    assert.equal((bytes[8] ?? 0) >> 6, 2)
  }
  assert.ok(isUuid(ZERO_UUID))
  for (const wrong of ['', 'short', `${ZERO_UUID}A`, 'AAAAAAAAAAAAAAAAAAAAA!', 'AAAAAAAAAAAAAAAAAAAAAB']) assert.ok(!isUuid(wrong), wrong)
})
