import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ByteReader } from '@odradek/common/bytes'
import * as fc from 'fast-check'
import { consumerOffsetsEntries, transactionStateEntries } from '../entries/index.ts'
import { arbitraryMessage } from '../schema/arbitrary-message.ts'
import { MalformedMessage } from '../schema/malformed-message.ts'
import { DescribeGroups } from './describe-groups.ts'
import { everyMessage } from './every-message.ts'
import type { AnyMessage } from './every-message.ts'

const messages = everyMessage()

/** One full message of each kind: arrays and tags are there, so that what is damaged is not just zeros. */
const samples = messages.map((message) => {
  const values = fc.sample(arbitraryMessage(message.fields, { ...message, maxLength: 2 }), { numRuns: 12, seed: 20_261_121 })
  const frames = values.map((value) => message.encode(value))
  const largest = frames.reduce((best, frame) => (frame.length > best.length && frame.length < 250 ? frame : best), Buffer.alloc(0))
  return { message, frame: largest.length > 0 ? largest : message.encode({}) }
})

/** The message, or undefined when it was refused as malformed. Any other error is a bug and ends the test. */
function read({ decode, name }: AnyMessage, bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    return decode(new ByteReader(bytes))
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    assert(error.message.startsWith(name), error.message)
    assert.notEqual(error.path, '', `the error does not say where: ${error.message}`)
    return undefined
  }
}

test('a frame that ends early is refused, wherever it ends', () => {
  for (const { message, frame } of samples) {
    for (let end = 0; end < frame.length; end++) {
      assert.equal(read(message, frame.subarray(0, end)), undefined, `${message.name} cut at ${end} of ${frame.length}`)
    }
  }
})

test('a frame with one wrong byte is refused, or is another message that can be written', () => {
  for (const { message, frame } of samples) {
    for (let at = 0; at < frame.length; at++) {
      const right = frame[at] ?? 0
      for (const wrong of new Set([right ^ 1, right ^ 0x80, 0, 0xff])) {
        frame[at] = wrong
        const value = read(message, frame)
        if (value !== undefined) message.encode(value)
      }
      frame[at] = right
    }
  }
})

test('random bytes are refused, or are a message', () => {
  fc.assert(
    fc.property(fc.constantFrom(...messages), fc.uint8Array({ maxLength: 300 }), (message, bytes) => {
      read(message, Buffer.from(bytes))
    }),
    { numRuns: 3000 },
  )
})

test('random bytes in the place of a record are refused, or are one', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...consumerOffsetsEntries, ...transactionStateEntries),
      fc.uint8Array({ maxLength: 80 }),
      fc.nat(4),
      (entry, bytes, version) => {
        for (const decode of [entry.decodeKey, entry.decodeValue]) {
          try {
            decode(Buffer.from([0, decode === entry.decodeKey ? entry.type : version, ...bytes]))
          } catch (error) {
            assert(error instanceof MalformedMessage)
          }
        }
      },
    ),
    { numRuns: 2000 },
  )
})

/** A reader that remembers where lengths and counts stand: they are all read as an int16, an int32 or an unsigned varint. */
class WatchedReader extends ByteReader {
  readonly lengths: { readonly at: number; readonly size: number }[] = []
  reads = 0
  override int16(): number {
    return this.#watched(() => super.int16())
  }
  override int32(): number {
    return this.#watched(() => super.int32())
  }
  override uvarint(): number {
    return this.#watched(() => super.uvarint())
  }
  #watched(read: () => number): number {
    this.reads++
    const at = this.position
    const value = read()
    this.lengths.push({ at, size: this.position - at })
    return value
  }
}

const lies = [1_000_000, 1_000_001, 2 ** 24, 2 ** 31 - 1]

test('a count or a length that lies is found out before anything is allocated for it', () => {
  for (const { message, frame } of samples) {
    const watched = new WatchedReader(frame)
    message.decode(watched)
    for (const { at, size } of watched.lengths) {
      for (const lie of lies) {
        const lying = Buffer.concat([frame.subarray(0, at), encoded(lie, size, message.flexible), frame.subarray(at + size)])
        const { result, largestArray } = watchingArrays(() => {
          const reader = new WatchedReader(lying)
          try {
            message.decode(reader)
          } catch (error) {
            if (!(error instanceof MalformedMessage)) throw error
          }
          return reader
        })
        assert(largestArray <= frame.length, `${message.name}: room for ${largestArray} elements in ${frame.length} bytes`)
        assert(result.reads <= lying.length, `${message.name}: ${result.reads} reads in ${lying.length} bytes`)
      }
    }
  }
})

test('a long frame that breaks off in its first element costs no more than a thousand places', () => {
  const frame = Buffer.alloc(1_000_000, 0xff)
  frame.writeInt32BE(400_000)
  const { largestArray } = watchingArrays(() => {
    assert.throws(() => DescribeGroups.decodeRequest(new ByteReader(frame), 0), /groups\[0\]/)
  })
  assert.equal(largestArray, 1000)
})

/** The lie in the form that was there: two or four bytes, or a varint where it was one. */
function encoded(lie: number, size: number, flexible: boolean): Buffer {
  const bytes = Buffer.alloc(Math.max(size, 4))
  bytes.writeInt32BE(lie)
  if (size === 2) return bytes.subarray(2, 4)
  if (size === 4 && !flexible) return bytes
  const varint: number[] = []
  for (let rest = lie + 1; rest > 0; rest = Math.floor(rest / 128)) varint.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
  return Buffer.from(varint)
}

/** Runs with an `Array` that remembers the largest room that was asked for. */
function watchingArrays<Result>(run: () => Result): { readonly result: Result; readonly largestArray: number } {
  const { Array: RealArray } = globalThis
  let largestArray = 0
  globalThis.Array = new Proxy(RealArray, {
    construct(target, [length, ...more]: unknown[], newTarget) {
      if (typeof length === 'number' && more.length === 0) largestArray = Math.max(largestArray, length)
      const made: unknown = Reflect.construct(target, [length, ...more], newTarget)
      assert(typeof made === 'object' && made !== null)
      return made
    },
  })
  try {
    return { result: run(), largestArray }
  } finally {
    globalThis.Array = RealArray
  }
}
