import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { MalformedBytes } from './malformed-bytes.ts'
import { ZERO_UUID } from './uuid.ts'
import { uvarintSize, varintSize } from './varint.ts'

const hex = (write: (writer: ByteWriter) => void): string => {
  const writer = new ByteWriter(1)
  write(writer)
  return writer.finish().toString('hex')
}
const reading = (bytes: string): ByteReader => new ByteReader(Buffer.from(bytes.replaceAll(' ', ''), 'hex'))

test('numbers have the bytes that Kafka gives them', () => {
  assert.equal(
    hex((w) => {
      w.int8(-1)
      w.int16(-2)
      w.uint16(65_535)
      w.int32(-3)
      w.uint32(4_294_967_295)
      w.int64(-4)
      w.int64(2 ** 53 - 1)
      w.float64(1.5)
    }),
    'ff fffe ffff fffffffd ffffffff fffffffffffffffc 001fffffffffffff 3ff8000000000000'.replaceAll(' ', ''),
  )
  assert.equal(
    hex((w) => [0, 127, 128, 300, 4_294_967_295].forEach((n) => w.uvarint(n))),
    '00 7f 8001 ac02 ffffffff0f'.replaceAll(' ', ''),
  )
  assert.equal(
    hex((w) => [0, -1, 1, -64, 64, 2_147_483_647, -2_147_483_648].forEach((n) => w.varint(n))),
    '00 01 02 7f 8001 feffffff0f ffffffff0f'.replaceAll(' ', ''),
  )
})

test('every number is read back as it was written, with its announced size', () => {
  const verbs = [
    ['int8', -128, 127],
    ['uint8', 0, 255],
    ['int16', -32_768, 32_767],
    ['uint16', 0, 65_535],
    ['int32', -(2 ** 31), 2 ** 31 - 1],
    ['uint32', 0, 2 ** 32 - 1],
    ['int64', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['int64Nearest', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['uvarint', 0, 2 ** 32 - 1],
    ['varint', -(2 ** 31), 2 ** 31 - 1],
    ['varlong', -(2 ** 52), 2 ** 52],
  ] as const
  for (const [verb, min, max] of verbs) {
    const values = fc.oneof(
      fc.maxSafeInteger().map((n) => Math.min(max, Math.max(min, n))),
      fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) }),
      fc.constantFrom(min, max),
    )
    fc.assert(
      fc.property(values, (value) => {
        const writer = new ByteWriter(1)
        writer[verb === 'int64Nearest' ? 'int64' : verb](value)
        const reader = new ByteReader(writer.finish())
        assert.equal(reader[verb](), value)
        assert.equal(reader.remaining, 0)
        if (verb === 'uvarint') assert.equal(uvarintSize(value), writer.size)
        if (verb === 'varint' || verb === 'varlong') assert.equal(varintSize(value), writer.size)
      }),
    )
  }
})

test('64-bit numbers beyond 2^53 keep every bit where that is asked for, and are refused where they make no sense', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const writer = new ByteWriter()
      writer.int64Exact(value)
      const bytes = writer.finish()
      assert.equal(BigInt(new ByteReader(bytes).int64Exact()), value)
      assert.equal(new ByteReader(bytes).int64Nearest(), Number(value))
      if (Number.isSafeInteger(Number(value))) assert.equal(new ByteReader(bytes).int64(), Number(value))
      else assert.throws(() => new ByteReader(bytes).int64(), MalformedBytes)
    }),
  )
  assert.equal(new ByteReader(Buffer.from('0020000000000001', 'hex')).int64Exact(), 2n ** 53n + 1n)
})

test('the largest and the smallest long of Java survive as numbers', () => {
  for (const bytes of ['7fffffffffffffff', '8000000000000000']) {
    const value = reading(bytes).int64Nearest()
    assert.equal(
      hex((w) => w.int64(value)),
      bytes,
    )
  }
})

test('text is UTF-8 of any kind, also broken', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const writer = new ByteWriter(1)
      const count = writer.utf8(text)
      assert.equal(count, Buffer.byteLength(text))
      assert.equal(new ByteReader(writer.finish()).utf8(count), text)
    }),
  )
  assert.equal(reading('61ff62').utf8(3), 'a\ufffdb')
  assert.equal(reading('').utf8(0), '')
})

test('text carries its length in front, in two bytes or as a varint plus one', () => {
  assert.equal(
    hex((w) => w.utf8WithInt16Length('äb')),
    '0003c3a462',
  )
  assert.equal(
    hex((w) => w.utf8WithUvarintLength('äb')),
    '04c3a462',
  )
  for (const length of [0, 41, 42, 43, 126, 127, 128, 20_000]) {
    const text = 'ä'.repeat(length)
    const reader = reading(hex((w) => w.utf8WithUvarintLength(text)))
    assert.equal(reader.utf8(reader.uvarint() - 1), text)
    assert.equal(reader.remaining, 0)
  }
  assert.throws(() => hex((w) => w.utf8WithInt16Length('x'.repeat(32_768))), /longer than 32767/)
})

test('uuids are read and written in the text form of Kafka', () => {
  const text = 'zBDWzcjjQ0KCmXw9_bzpLw'
  assert.equal(reading(hex((w) => w.uuid(text))).uuid(), text)
  assert.equal(reading('00'.repeat(16)).uuid(), ZERO_UUID)
  assert.equal(
    hex((w) => w.uuid(ZERO_UUID)),
    '00'.repeat(16),
  )
})

test('nothing is read past the end of the slice, though the buffer goes on', () => {
  const buffer = Buffer.alloc(64, 0x80)
  const reads: readonly ((reader: ByteReader) => unknown)[] = [
    (r) => r.int8(),
    (r) => r.int16(),
    (r) => r.int32(),
    (r) => r.int64(),
    (r) => r.float64(),
    (r) => r.uvarint(),
    (r) => r.varlong(),
    (r) => r.uuid(),
    (r) => r.bytes(3),
    (r) => r.utf8(3),
    (r) => r.skip(3),
    (r) => r.skip(-1),
  ]
  for (const read of reads) {
    const reader = new ByteReader(buffer, 10, 12)
    reader.position = 12 - (read === reads[1] ? 1 : 0)
    assert.throws(() => read(reader), MalformedBytes)
  }
})

test('a varint that does not end is refused', () => {
  assert.throws(() => reading('ffffffffffff01').uvarint(), /more than 5 bytes at byte 0/)
  assert.throws(() => reading('ffffffffffffffffffffff01').varlong(), /more than 10 bytes at byte 0/)
  assert.throws(() => reading('ffffffffffffffffff01').varlong(), /out of range/)
})

test('whatever bytes come, a reader gives values or its own error', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 24 }),
      fc.array(fc.constantFrom('int8', 'int16', 'int32', 'int64', 'int64Exact', 'uvarint', 'varint', 'varlong', 'uuid', 'float64')),
      (bytes, verbs) => {
        const reader = new ByteReader(Buffer.from(bytes))
        try {
          for (const verb of verbs) reader[verb]()
        } catch (error) {
          assert.ok(error instanceof MalformedBytes)
        }
        assert.ok(reader.position <= reader.end)
      },
    ),
  )
})

test('attached pieces stand in the output at their place and are not copied', () => {
  const batch = Buffer.from('batch')
  const writer = new ByteWriter(2)
  const lengthAt = writer.gap(4)
  writer.utf8('<')
  writer.attach(batch)
  writer.attach([batch, Buffer.alloc(0), batch])
  writer.utf8('>')
  writer.attach(Buffer.alloc(0))
  writer.int32At(lengthAt, writer.size)
  assert.equal(writer.size, 21)
  const chunks = writer.chunks()
  assert.deepEqual(
    chunks.map((chunk) => chunk.toString('latin1')),
    ['\0\0\0\x15<', 'batch', 'batch', 'batch', '>'],
  )
  assert.equal(chunks[1], batch)
  assert.equal(writer.finish().toString('latin1', 4), '<batchbatchbatch>')
  writer.reset()
  assert.deepEqual([writer.size, writer.chunks()], [0, []])
})
