import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { mock, test } from 'node:test'
import * as fc from 'fast-check'
import { FrameReader } from './frame-reader.ts'

function framed(size: number, fill: number): Buffer {
  const frame = Buffer.alloc(4 + size, fill)
  frame.writeInt32BE(size)
  return frame
}

/** Brings bytes in pieces, as a socket would. */
function bring(reader: FrameReader, bytes: Buffer, most = Infinity): void {
  for (let at = 0; at < bytes.length;) {
    const landing = reader.landing()
    const count = Math.min(landing.length, bytes.length - at, most)
    bytes.copy(landing, 0, at, at + count)
    at += count
    reader.received(count)
  }
}

test('answers come out whole and in order, however they are cut on the way', () => {
  const size = fc.oneof(fc.integer({ min: 4, max: 100 }), fc.integer({ min: 4, max: 300_000 }))
  fc.assert(
    fc.property(fc.array(size, { maxLength: 6 }), fc.integer({ min: 1, max: 100_000 }), (sizes, most) => {
      const got: Buffer[] = []
      const reader = new FrameReader(1_000_000, (frame) => got.push(frame) > 0)
      bring(
        reader,
        Buffer.concat(sizes.map((bytes, index) => framed(bytes, index + 1))),
        Math.max(most, Math.ceil(Math.max(0, ...sizes) / 200)),
      )
      assert.deepEqual(
        got.map(({ length }) => length),
        sizes,
      )
      for (const [index, frame] of got.entries()) assert(frame.every((byte) => byte === index + 1))
    }),
    { numRuns: 60 },
  )
})

test('an answer owns its buffer: what comes later does not write over it', () => {
  const got: Buffer[] = []
  const reader = new FrameReader(1_000_000, (frame) => got.push(frame) > 0)
  bring(reader, framed(100, 1))
  bring(reader, framed(100_000, 2))
  const other = new FrameReader(1_000_000, () => true)
  bring(other, framed(70_000, 9))
  bring(reader, framed(100_000, 3))
  assert.deepEqual(
    got.map((frame) => [frame.length, frame[0], frame.at(-1)]),
    [
      [100, 1, 1],
      [100_000, 2, 2],
      [100_000, 3, 3],
    ],
  )
})

test('of a large answer all but the beginning is read straight into its buffer', () => {
  let got: Buffer | undefined
  const reader = new FrameReader(1_000_000, (frame) => (got = frame) !== undefined)
  const bytes = framed(500_000, 7)
  bring(reader, bytes.subarray(0, 65_536))
  const landing = reader.landing()
  assert.equal(landing.length, 500_000 + 4 - 65_536)
  bytes.copy(landing, 0, 65_536)
  reader.received(landing.length)
  assert.equal(got?.buffer, landing.buffer)
})

test('hostile answers: a claimed length makes us allocate at most 16 times what has come', () => {
  for (const claimed of [1_000_000, 100_000_000]) {
    for (const sent of [10, 1000, 50_000, 400_000]) {
      const reader = new FrameReader(104_857_600, () => true)
      reader.landing() // the place that all share
      const allocations = mock.method(Buffer, 'allocUnsafe')
      bring(reader, framed(claimed, 1).subarray(0, 4 + sent), 1460)
      const held = allocations.mock.calls.map(({ arguments: [size] }) => size)
      allocations.mock.restore()
      assert((held.at(-1) ?? 0) <= Math.max(4096, 16 * sent), `${held.join(' ')} for ${sent} of ${claimed}`)
      assert(held.reduce((sum, size) => sum + size, 0) <= Math.max(4096, 2 * 16 * sent), 'with all that was outgrown')
    }
  }
})

test('hostile answers: a length that is none names who it is that answers', () => {
  const refusal = (first: string | number, maxBytes = 1000): unknown => {
    const bytes = Buffer.alloc(8)
    if (typeof first === 'string') bytes.write(first, 'latin1')
    else bytes.writeInt32BE(first)
    try {
      bring(new FrameReader(maxBytes, () => true), bytes)
    } catch (error) {
      return error
    }
    return undefined
  }
  const says = (first: string | number, message: RegExp, hint = /./): void => {
    const error = refusal(first)
    assert(error instanceof Error && 'code' in error && 'hint' in error)
    assert.equal(error.code, 'NETWORK_EXCEPTION')
    assert.match(error.message, message)
    assert.match(String(error.hint), hint)
  }
  says('HTTP/1.1', /speaks HTTP/, /web server/)
  says('\x15\x03\x03\x00', /TLS alert/, /SASL_SSL/)
  says('\x16\x03\x01\x02', /speaks TLS/)
  says('SSH-2.0', /speaks SSH/)
  says(1001, /1001 bytes; receiveMessageMaxBytes is 1000/, /Raise/)
  says(-1, /-1 bytes/, /^$/)
  says(3, /3 bytes/, /^$/)
  assert.equal(refusal(1000), undefined)
})

test('whoever takes answers can say that it has enough', () => {
  let count = 0
  const reader = new FrameReader(1000, () => ++count < 2)
  bring(reader, Buffer.concat([framed(10, 1), framed(10, 2), framed(10, 3)]))
  assert.equal(count, 2)
})
