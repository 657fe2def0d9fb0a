import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { BadFrame, FrameSplitter } from './frame.ts'
import { ReadMemory } from './read-memory.ts'
import { framed } from './scripted-client.ts'

const maxFrameBytes = 104_857_600

/** Puts bytes where the kernel would, as far as there is room, and returns the requests that came out. */
function feed(splitter: FrameSplitter, bytes: Buffer, take = (frame: Buffer): boolean => frame.length >= 0): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    splitter.grow()
    const { landing } = splitter
    const count = Math.min(landing.length, bytes.length - at)
    assert(count > 0, 'there is always room after growing')
    bytes.copy(landing, 0, at, at + count)
    splitter.received(count)
    at += count
    while (splitter.next()) {
      const frame = Buffer.from(splitter.buffer.subarray(splitter.start, splitter.end))
      if (!take(frame)) break
      splitter.consume()
      found.push(frame)
    }
    splitter.settle()
  }
  return found
}

describe('requests', () => {
  test('come out as they went in, however the network cuts them and however long they have to wait', () => {
    const size = fc.oneof(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1000, max: 70_000 }),
      fc.constantFrom(16_380, 16_384, 65_532, 65_536, 300_000),
    )
    const cut = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1000, max: 100_000 }))
    fc.assert(
      fc.property(
        fc.array(size, { maxLength: 12 }),
        fc.array(cut, { minLength: 1, maxLength: 8 }),
        fc.array(fc.boolean()),
        (sizes, cuts, starts) => {
          const splitter = new FrameSplitter(new ReadMemory(), maxFrameBytes)
          const frames = sizes.map((bytes, index) => Buffer.alloc(bytes, index + 1))
          const stream = Buffer.concat(frames.map(framed))
          const found: Buffer[] = []
          // Tiny cuts of large streams take long and show nothing new.
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const piece = Math.max(cuts[turn % cuts.length] ?? 1, Math.floor(stream.length / 400))
            found.push(...feed(splitter, stream.subarray(at, at + piece), () => starts[turn % starts.length] ?? true))
            at += piece
          }
          found.push(...feed(splitter, framed('end')))
          assert.equal(String(found.pop()), 'end')
          assert.equal(found.length, frames.length)
          for (const [index, frame] of frames.entries()) assert(frame.equals(found[index] ?? Buffer.alloc(0)), `request ${index}`)
          assert.equal(splitter.heldBytes, 0)
          assert.equal(splitter.unconsumedBytes, 0)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('that may not start yet are kept, whatever other connections read meanwhile', () => {
    const memory = new ReadMemory()
    const waiting = new FrameSplitter(memory, maxFrameBytes)
    const other = new FrameSplitter(memory, maxFrameBytes)
    feed(
      waiting,
      Buffer.concat([framed('first'), framed('second'), framed('third').subarray(0, 5)]),
      (frame) => frame.toString() !== 'second',
    )
    assert.deepEqual(feed(other, framed('x'.repeat(50_000))).length, 1)
    assert.deepEqual(feed(waiting, framed('third').subarray(5)).map(String), ['second', 'third'])
    assert.equal(waiting.heldBytes, 0)
  })

  test('of a negative size, or one beyond socket.request.max.bytes, are refused before memory is taken for them', () => {
    for (const size of [-1, -2_147_483_648, 1_001, 2_147_483_647]) {
      const splitter = new FrameSplitter(new ReadMemory(), 1_000)
      const bytes = Buffer.alloc(4)
      bytes.writeInt32BE(size)
      assert.throws(() => feed(splitter, bytes), BadFrame)
      splitter.close()
      assert.equal(splitter.heldBytes, 0)
    }
    assert.equal(feed(new FrameSplitter(new ReadMemory(), 1_000), framed(Buffer.alloc(1_000))).length, 1)
  })
})

describe('memory', () => {
  test('is not taken at the word of an announced size: it grows as bytes come', () => {
    const splitter = new FrameSplitter(new ReadMemory(), maxFrameBytes)
    const frame = framed(Buffer.alloc(10_000_000))
    let sent = 0
    for (const piece of [5, 1_000, 60_000, 10_000, 100_000, 1_000_000, 3_000_000]) {
      feed(splitter, frame.subarray(sent, sent + piece))
      sent += piece
      assert(splitter.heldBytes <= Math.max(65_536, 2 * sent), `${splitter.heldBytes} bytes held after ${sent}`)
    }
    assert.equal(feed(splitter, frame.subarray(sent)).length, 1)
    assert.equal(splitter.heldBytes, 0)
  })

  test('is none for a connection that waits between requests', () => {
    const splitter = new FrameSplitter(new ReadMemory(), maxFrameBytes)
    for (const size of [10, 20_000, 70_000, 2_000_000]) {
      feed(splitter, framed(Buffer.alloc(size)))
      assert.equal(splitter.heldBytes, 0)
    }
  })

  test('of the beginning of a small request is small', () => {
    const splitter = new FrameSplitter(new ReadMemory(), maxFrameBytes)
    feed(splitter, framed(Buffer.alloc(100)).subarray(0, 3))
    assert.equal(splitter.heldBytes, 512)
  })

  test('is taken at once, up to 1 MiB and what stands around it, for who has sent as much before', () => {
    const splitter = new FrameSplitter(new ReadMemory(), maxFrameBytes)
    feed(splitter, framed(Buffer.alloc(200_000)))
    feed(splitter, framed(Buffer.alloc(200_000)).subarray(0, 100))
    assert(splitter.heldBytes >= 200_004 && splitter.heldBytes <= 1_048_576)
    const liar = new FrameSplitter(new ReadMemory(), maxFrameBytes)
    feed(liar, framed(Buffer.alloc(20_000_000)))
    feed(liar, framed(Buffer.alloc(20_000_000)).subarray(0, 100))
    assert(liar.heldBytes <= 1_048_576 + 65_536)
  })

  test('of a producer that sends a mebibyte of records each time is the same each time, and little of them is copied', () => {
    const memory = new ReadMemory()
    const splitter = new FrameSplitter(memory, maxFrameBytes)
    const frame = framed(Buffer.alloc(1_048_576 + 300))
    feed(splitter, frame)
    const used = new Set<ArrayBufferLike>()
    for (let round = 0; round < 5; round++) {
      // Half of it has come when the broker looks.
      assert.equal(splitter.landing.length, 65_536)
      feed(splitter, frame.subarray(0, 500_000))
      assert(splitter.heldBytes >= frame.length)
      used.add(splitter.landing.buffer)
      assert.equal(feed(splitter, frame.subarray(500_000)).length, 1)
    }
    assert.equal(used.size, 1)
  })

  test('that is given back is used again, up to its limit', () => {
    const memory = new ReadMemory({ maxFreeBytes: 131_072 })
    const buffer = memory.take(40_000)
    assert.equal(buffer.length, 65_536)
    memory.give(buffer)
    assert.equal(memory.freeBytes, 65_536)
    assert.equal(memory.take(65_536), buffer)
    assert.equal(memory.freeBytes, 0)
    for (let index = 0; index < 5; index++) memory.give(Buffer.allocUnsafeSlow(65_536))
    assert.equal(memory.freeBytes, 131_072)
  })
})

describe('somebody who does not speak Kafka', () => {
  for (const [name, bytes] of [
    ['TLS', Buffer.from('16030100f5010000f1', 'hex')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost:9092\r\n\r\n')],
    ['HTTP', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n')],
  ] as const) {
    test(`is told apart: ${name}, ${bytes.toString('latin1', 0, 4)}`, () => {
      // Also where such a number would pass as a size.
      for (const max of [maxFrameBytes, 2_147_483_647]) {
        const refused = ((): unknown => {
          try {
            return feed(new FrameSplitter(new ReadMemory(), max), bytes)
          } catch (error) {
            return error
          }
        })()
        assert(refused instanceof BadFrame)
        assert.equal(refused.foreign?.name, name)
      }
    })
  }

  test('is looked for in the first request only: later ones may have such a size', () => {
    const splitter = new FrameSplitter(new ReadMemory(), 2_147_483_647)
    feed(splitter, framed('a'))
    assert.deepEqual(feed(splitter, Buffer.from('GET ')), [])
  })
})
